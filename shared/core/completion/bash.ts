/**
 * The completion script for bash. It needs nothing beside bash itself: the bash-completion package, whose functions would
 * save a few lines, is not everywhere. Bash splits words at "=" and ":", so what follows "--group=" is a word of its own, and
 * HOST:PORT is read from the line as typed.
 */
import { type CommandWords, functionName, type Place, placesOf, quoted, type Values } from './words.ts';

/** @returns the script; it defines one function a program and registers it */
export function bashCompletion(program: CommandWords): string {
  const name = functionName(program.name);
  const places = placesOf(program);
  const commands = places.slice(1).map(({ place }) => quoted(place));
  return `# Completion of ${program.name} for bash: source <(${program.name} completion bash)
${name}_names() {
  local -a asked=()
  local flag
  for flag in --collector --group; do
    [[ $COMP_LINE =~ $flag[=\\ ]+([^\\ ]+) ]] && asked+=("$flag" "\${BASH_REMATCH[1]}")
  done
  "\${COMP_WORDS[0]}" complete "$1" "\${asked[@]}" 2>/dev/null </dev/null
}

${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} place= one offered=
  COMPREPLY=()
  if [[ $word == '=' ]]; then word=
  elif [[ $before == '=' ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for one in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$place $one" in
      ${commands.join(' | ')}) place="$place $one" ;;
    esac
  done
  case "$place:$before" in
${places.flatMap((place) => valueCases(place, name)).join('\n')}
  esac
  case "$place:$word" in
${places.map((place) => wordCases(place, name)).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$word"))
}
complete -F ${name} ${program.name}
`;
}

/** After an option that takes a value: that value, or nothing that could be known. */
function valueCases({ place, command }: Place, name: string): readonly string[] {
  return command.options.flatMap(({ flags, value }) => {
    if (value === null) return [];
    const patterns = flags.map((flag) => quoted(`${place}:${flag}`)).join(' | ');
    return [
      `    ${patterns}) ${value.kind === 'names' || value.kind === 'choices' ? `COMPREPLY=($(compgen -W ${offered(value, name)} -- "$word"))` : plainValue(value)}; return ;;`,
    ];
  });
}

const plainValue = ({ kind }: Values): string =>
  kind === 'file' ? 'COMPREPLY=($(compgen -f -- "$word")); compopt -o filenames 2>/dev/null' : ':';

/** Options where a dash stands already, or where nothing else could. */
function wordCases({ place, command }: Place, name: string): string {
  const options = `offered=${quoted(command.options.flatMap(({ flags }) => flags).join(' '))}`;
  const { commands, argument } = command;
  const words =
    commands.length > 0
      ? `offered=${quoted(commands.map((one) => one.name).join(' '))}`
      : argument === null
        ? options
        : argumentOf(argument, name);
  return `    ${quoted(place)}:-*) ${options} ;;\n    ${quoted(place)}:*) ${words} ;;`;
}

function argumentOf(value: Values, name: string): string {
  if (value.kind === 'names' || value.kind === 'choices') return `offered=${offered(value, name)}`;
  return `${plainValue(value)}; return`;
}

const offered = (value: Extract<Values, { kind: 'names' | 'choices' }>, name: string): string =>
  value.kind === 'names' ? `"$(${name}_names ${value.of})"` : quoted(value.choices.join(' '));
