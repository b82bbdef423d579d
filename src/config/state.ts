/** The platform's place for data of programs. */
export interface PlatformFolders {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As `process.platform`. */
  readonly platform: string;
  /** The user's home folder. */
  readonly home: string;
}

/**
 * wx-dev's own folder: `$WX_DEV_HOME`, else the platform's data folder. Holds the authority, relay credentials and the user's
 * `config.json`.
 *
 * @throws WXD6001 when `WX_DEV_HOME` is not an absolute path.
 */
export function dataFolder(_folders: PlatformFolders): string {
  throw new Error('not written yet');
}

/** What wx-dev remembers about one project, in `.wx-dev/` beside it. */
export interface ProjectState {
  /** `.wx-dev`, absolute, mode 0700, ignored by git. */
  readonly dir: string;
  /** Callback token, made at random once. */
  readonly token: string;
  /** EncodingAESKey, made at random once. */
  readonly aesKey: string;
  /** Name to ask a relay for. */
  readonly subdomain: string;
  /** Proves to a relay that the name is ours. */
  readonly owner: string;
  /** Port of the relay inside the process, so that its URL survives a restart. */
  readonly relayPort?: number | undefined;
  /** True when this call made it. */
  readonly created: boolean;
  /** `.wx-dev/state.json`, absolute. */
  readonly file: string;
  /** Writes changes, in one step. */
  save(changes: {
    readonly relayPort?: number | undefined;
    readonly subdomain?: string;
  }): Promise<ProjectState>;
}

/** Opens the project's state, and makes it when there is none. */
export function openProjectState(_cwd: string): Promise<ProjectState> {
  throw new Error('not written yet');
}
