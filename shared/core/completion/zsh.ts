/**
 * The completion script for zsh: one function, which walks down to the command that is being typed and leaves its options to
 * _arguments. It works both as a file `_dorawatch` on fpath and by `source`.
 */
import {
  type CommandWords,
  functionName,
  type OptionWords,
  type Place,
  placesOf,
  quoted,
  type Values,
} from './words.ts';

/** @returns the script, "#compdef" first */
export function zshCompletion(program: CommandWords): string {
  const name = functionName(program.name);
  const places = placesOf(program);
  const parents = places.filter(({ command }) => command.commands.length > 0);
  const commands = places.slice(1).map(({ place }) => quoted(place));
  return `#compdef ${program.name}
# Completion of ${program.name} for zsh: source <(${program.name} completion zsh), or as a file ${name} on fpath
${name}_names() {
  local -a names asked
  local flag
  integer at
  for flag in --collector --group; do
    at=\${line_words[(I)$flag]}
    (( at )) && [[ -n \${line_words[at + 1]} ]] && asked+=($flag \${line_words[at + 1]})
  done
  names=(\${(f)"$(\${line_words[1]} complete $1 $asked 2>/dev/null </dev/null)"})
  compadd -a names
}

${name}_commands() {
  local -a known
  case $place in
${parents.map(commandCase).join('\n')}
  esac
  _describe command known
}

${name}() {
  local place=
  local -a line_words
  line_words=("\${words[@]}")
  while (( CURRENT > 2 )); do
    case "$place \${words[2]}" in
      (${commands.join(' | ')}) place="$place \${words[2]}"; shift words; (( CURRENT-- )) ;;
      (*) break ;;
    esac
  done
  case $place in
${places.map((place) => argumentsCase(place, name)).join('\n')}
  esac
}

if [[ $funcstack[1] == ${name} ]]; then ${name} "$@"
else compdef ${name} ${program.name}
fi
`;
}

function commandCase({ place, command }: Place): string {
  const known = command.commands.map((one) => quoted(`${one.name}:${one.description}`));
  return `    (${quoted(place)}) known=(${known.join(' ')}) ;;`;
}

function argumentsCase({ place, command }: Place, name: string): string {
  const options = command.options.flatMap((option) => optionSpecs(option, name));
  const { commands, argument } = command;
  const first =
    commands.length > 0
      ? [quoted(`1:command: ${name}_commands`)]
      : argument === null
        ? []
        : [quoted(`*:value:${actionOf(argument, name)}`)];
  return `    (${quoted(place)}) _arguments -s ${[...options, ...first].join(' ')} ;;`;
}

/** One specification a spelling; either excludes the other, and --help everything. */
function optionSpecs({ flags, description, value }: OptionWords, name: string): readonly string[] {
  const excludes =
    flags.includes('--help') || flags.includes('--version') ? '(- *)' : flags.length > 1 ? `(${flags.join(' ')})` : '';
  const meant = description.replace(/[[\]:\\]/g, String.raw`\$&`);
  const after = value === null ? '' : `:value:${actionOf(value, name)}`;
  return flags.map((flag) => quoted(`${excludes}${flag}[${meant}]${after}`));
}

/** A space before a function keeps _arguments from giving it arguments of its own. */
function actionOf(value: Values, name: string): string {
  switch (value.kind) {
    case 'text':
      return ' ';
    case 'file':
      return '_files';
    case 'choices':
      return `(${value.choices.join(' ')})`;
    case 'names':
      return ` ${name}_names ${value.of}`;
  }
}
