/**
 * Operational log lines: JSON for machines, plain lines when somebody looks at a terminal. They go to standard error, so that
 * standard output stays what a command was asked for. Rejected: a pretty stream in a worker thread (pino's default transport),
 * which loses its last lines when the process ends.
 */
import { type Logger, pino } from 'pino';
import { default as pretty } from 'pino-pretty';

export type { Logger } from 'pino';

/**
 * @param program name that stands in each line
 * @param level least level written; `DORAWATCH_LOG_LEVEL`, else info
 */
export function createLogger(program: string, level = process.env['DORAWATCH_LOG_LEVEL'] ?? 'info'): Logger {
  const options = { name: program, level, base: { name: program }, timestamp: pino.stdTimeFunctions.isoTime };
  if (!process.stderr.isTTY) return pino(options, pino.destination({ dest: 2, sync: true }));
  const lines = pretty({ destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname,name' });
  return pino(options, lines);
}
