import fc from 'fast-check';

/** One seed for every property, so that a red run can be repeated; `WX_DEV_FUZZ_SEED` tries another. */
fc.configureGlobal({ seed: Number(process.env['WX_DEV_FUZZ_SEED'] ?? 20_261_121) });
