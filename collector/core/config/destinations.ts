/**
 * Where alerts are sent: an Alertmanager, a webhook. Passwords, and URLs that are secrets themselves, stand in files of their own:
 * the YAML is kept in the log with every change of it. So no message here repeats a URL that was written in a wrong way.
 *
 * Rejected: `https://user:password@host` with the password taken out for the log. It would be in the file still.
 */
import type { AlertmanagerConfig, WebhookConfig } from './config.ts';
import type { Located, Reader } from './reader.ts';
import { type Parsed, parseOpenUrl, parseText, parseUrl } from './values.ts';

/** Gives a name's value back, or null when it has been taken before; as `createUniqueness` has it. */
type Claim = (at: Located | null, value: string | null) => string | null;

/** Empty when what is written is wrong (and reported). */
export function readAlertmanager(reader: Reader, at: Located, claim: Claim): readonly AlertmanagerConfig[] {
  const one = reader.section(at, ['url', 'username', 'password_file']);
  if (one === null) return [];
  const where = parseDestination('"username" and "password_file" beside it');
  const url = claim(one.get('url'), reader.required(one, 'url', where));
  const username = reader.value(one.get('username'), parseText);
  const passwordFile = reader.value(one.get('password_file'), parseText);
  if ((one.get('username') === null) !== (one.get('password_file') === null))
    reader.report(one, one.path, '"username" and "password_file" go together; one of them is missing');
  return url === null ? [] : [{ url, username, passwordFile }];
}

/** The same of a webhook. */
export function readWebhook(reader: Reader, at: Located, claim: Claim): readonly WebhookConfig[] {
  const one = reader.section(at, ['url', 'url_file', 'secret_file']);
  if (one === null) return [];
  const [url, urlFile] = [one.get('url'), one.get('url_file')];
  if ((url === null) === (urlFile === null)) {
    const problem = url === null ? 'one of them is missing' : 'give one';
    reader.report(one, one.path, `"url" and "url_file" both say where it is; ${problem}`);
  }
  const where = parseDestination('the whole of it into a file, "url_file"');
  const found = {
    url: claim(url, reader.value(url, where)),
    urlFile: claim(urlFile, reader.value(urlFile, parseText)),
  };
  const secretFile = reader.required(one, 'secret_file', parseText);
  const isPlaced = (found.url === null) !== (found.urlFile === null);
  return secretFile === null || !isPlaced ? [] : [{ ...found, secretFile }];
}

/** A URL without a password, and not repeated when it is none. @param instead where a password goes */
function parseDestination(instead: string): (text: string) => Parsed<string> {
  const open = parseOpenUrl(instead);
  return (text) => {
    if (parseUrl(text).ok) return open(text);
    return { ok: false, problem: 'is not a URL; expected something like https://hooks.example.org/dorawatch' };
  };
}

/** Whether what a url_file holds is a URL. */
export const isUrl = (text: string): boolean => parseUrl(text).ok;
