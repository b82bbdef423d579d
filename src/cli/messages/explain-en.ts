/** What `explain` prints in English. */
export const explainEn = {
  about: 'What it means',
  see: 'How to see it',
  causes: 'Causes, the likeliest first',
  fix: 'What helps',
  source: 'Source',
  exit: (code: number) => `A command that ends with it exits with ${code}.`,
  more: 'One of them at length: wx-dev explain WXD1001',
  ranges: {
    1: 'WeChat’s protocol',
    2: 'timing and replies',
    3: 'your app',
    4: 'tunnel and relay',
    5: 'certificates',
    6: 'settings and recorded exchanges',
    7: 'writing a project',
    8: 'the mock of WeChat’s API',
  } as Readonly<Record<string, string>>,
};

/** The table that a language must fill. */
export type ExplainMessages = typeof explainEn;
