import { loadTemplate, listTemplates } from '../scaffold/template.ts';
import { textOption, type Invocation } from './command.ts';

const DEFAULT_TEMPLATE = 'node-minimal';
const DEFAULT_DIR = 'wechat-app';

/** What `init` must know, from flags or from the user. */
export interface InitAnswers {
  readonly dir: string;
  readonly template: string;
  readonly appId: string | undefined;
  readonly install: boolean;
}

/**
 * Asks for what no flag said, where somebody can answer: folder, template, AppID, whether to install. Each has a flag.
 *
 * @returns undefined when they cancelled.
 */
export async function askInit({
  args,
  options,
  context,
}: Invocation): Promise<InitAnswers | undefined> {
  const given = {
    dir: args[0] ?? textOption(options, 'into'),
    template: options['from'] === undefined ? textOption(options, 'template') : DEFAULT_TEMPLATE,
    appId: textOption(options, 'appid'),
  };
  const install = options['install'] === true;
  const quick = {
    dir: given.dir ?? DEFAULT_DIR,
    template: given.template ?? DEFAULT_TEMPLATE,
    appId: given.appId,
    install,
  };
  if (!context.interactive) return quick;
  const { text, select, confirm, isCancel, cancel } = await import('@clack/prompts');
  const { messages, signal, language } = context;
  const { init } = messages;
  const cancelled = (): undefined => {
    cancel(init.cancelled);
    return undefined;
  };
  const asDefault = { defaultValue: DEFAULT_DIR, placeholder: DEFAULT_DIR };
  const dir = given.dir ?? (await text({ message: init.askDir, ...asDefault, signal }));
  if (isCancel(dir)) return cancelled();
  const templates = await listTemplates();
  const choices = templates.map(({ name, title }) => ({
    value: name,
    label: name,
    hint: title[language],
  }));
  const initialValue = DEFAULT_TEMPLATE;
  const template =
    given.template ??
    (await select({ message: init.askTemplate, options: choices, initialValue, signal }));
  if (isCancel(template)) return cancelled();
  const appId = given.appId ?? (await text({ message: init.askAppid, defaultValue: '', signal }));
  if (isCancel(appId)) return cancelled();
  const command = await installCommand(template, options['from'] !== undefined);
  if (install || command === undefined) {
    return { dir, template, appId: appId || undefined, install };
  }
  const message = init.askInstall(command);
  const agreed = await confirm({ message, initialValue: false, signal });
  if (isCancel(agreed)) return cancelled();
  return { dir, template, appId: appId || undefined, install: agreed };
}

async function installCommand(name: string, isForeign: boolean): Promise<string | undefined> {
  return isForeign ? undefined : (await loadTemplate(name)).manifest.scripts['install'];
}
