/**
 * `completion bash|zsh|fish` for any of the programs: reads the program's own commander tree, so that a command or an option
 * that is added is completed without a word here. What a value may be is told by its option's name and placeholder.
 */
import { Argument, type Command, type Option } from 'commander';
import { bashCompletion } from '../core/completion/bash.ts';
import { fishCompletion } from '../core/completion/fish.ts';
import type { CommandWords, OptionWords, Values } from '../core/completion/words.ts';
import { zshCompletion } from '../core/completion/zsh.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
type Shell = keyof typeof SHELLS;

/** Names that only the collector knows, by the option or argument that takes one. */
const NAMES: Readonly<Record<string, 'groups' | 'sites' | 'servers' | 'agents' | 'people'>> = {
  group: 'groups',
  site: 'sites',
  server: 'servers',
  agent: 'agents',
  person: 'people',
};

/** @param asksNames whether the program has a `complete` command that lists names */
export function addCompletion(program: Command, { asksNames }: { readonly asksNames: boolean }): void {
  const name = program.name();
  const shells = Object.keys(SHELLS);
  program.addCommand(
    program
      .createCommand('completion')
      .copyInheritedSettings(program)
      .description('print a completion script for a shell')
      .addArgument(new Argument('<shell>', 'for which shell').choices(shells))
      .addHelpText(
        'after',
        `
Examples:
  source <(${name} completion bash)                                          # in ~/.bashrc
  source <(${name} completion zsh)                                           # in ~/.zshrc, after compinit
  ${name} completion fish > ~/.config/fish/completions/${name}.fish`,
      )
      .action((shell: Shell) => {
        process.stdout.write(SHELLS[shell](wordsOf(program, asksNames)));
      }),
  );
}

function wordsOf(command: Command, asksNames: boolean): CommandWords {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const [first] = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map((option) => optionWords(option, asksNames)),
    commands: commands.map((one) => wordsOf(one, asksNames)),
    argument: first === undefined ? null : valuesOf(first.name(), first.name(), first.argChoices, asksNames),
  };
}

function optionWords(option: Option, asksNames: boolean): OptionWords {
  const takesValue = option.required || option.optional;
  const placeholder = /[<[](.*)[>\]]/.exec(option.flags)?.[1] ?? '';
  const value = valuesOf(option.attributeName(), placeholder, option.argChoices, asksNames);
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
    description: option.description,
    value: takesValue ? value : null,
  };
}

function valuesOf(
  name: string,
  placeholder: string,
  choices: readonly string[] | undefined,
  asksNames: boolean,
): Values {
  if (choices !== undefined) return { kind: 'choices', choices };
  const of = NAMES[name];
  if (asksNames && of !== undefined) return { kind: 'names', of };
  return { kind: /^(file|path|dir|directory|old)$/.test(placeholder) ? 'file' : 'text' };
}
