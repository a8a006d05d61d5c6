/**
 * The completion script for fish: one `complete` line an option, each with the condition that its command is being typed. Values
 * without anything to offer still say that they are values (-x), or fish would go on with options.
 */
import { type CommandWords, functionName, type OptionWords, type Place, placesOf, type Values } from './words.ts';

/** @returns the script */
export function fishCompletion(program: CommandWords): string {
  const name = `_${functionName(program.name)}`;
  const places = placesOf(program);
  const commands = places.slice(1).map(({ place }) => quoted(place));
  const lines = places.flatMap((place) => placeLines(place, name));
  return `# Completion of ${program.name} for fish: ${program.name} completion fish | source
function ${name}_at
  set -l place ''
  set -l words (commandline -opc)
  for one in $words[2..-1]
    switch "$place $one"
      case ${commands.join(' ')}
        set place "$place $one"
    end
  end
  test "$place" = "$argv[1]"
end

function ${name}_names
  set -l words (commandline -opc)
  set -l asked
  for flag in --collector --group
    set -l at (contains -i -- $flag $words)
    and test (count $words) -gt $at
    and set -a asked $flag $words[(math $at + 1)]
  end
  $words[1] complete $argv[1] $asked 2>/dev/null </dev/null
end

complete -c ${program.name} -f
${lines.map((line) => `complete -c ${program.name} ${line}`).join('\n')}
`;
}

/** A text between single quotes, as fish reads it. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;

function placeLines({ place, command }: Place, name: string): readonly string[] {
  const at = `-n ${quoted(`${name}_at ${quoted(place)}`)}`;
  const { commands, argument } = command;
  const words = commands.map((one) => `${at} -a ${one.name} -d ${quoted(one.description)}`);
  const first = argument === null || commands.length > 0 ? [] : [`${at}${offered(argument, name)}`];
  return [...words, ...first, ...command.options.map((option) => `${at} ${optionWords(option, name)}`)];
}

function optionWords({ flags, description, value }: OptionWords, name: string): string {
  const spelled = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const after = value === null ? '' : ` -r${offered(value, name)}`;
  return `${spelled.join(' ')}${after} -d ${quoted(description)}`;
}

function offered(value: Values, name: string): string {
  switch (value.kind) {
    case 'text':
      return ' -f';
    case 'file':
      return ' -F';
    case 'choices':
      return ` -f -a ${quoted(value.choices.join(' '))}`;
    case 'names':
      return ` -f -a ${quoted(`(${name}_names ${value.of})`)}`;
  }
}
