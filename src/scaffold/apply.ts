import type { AbortableOptions } from '../core/abort.ts';
import type { Template } from './manifest.ts';
import type { Existing, Plan } from './plan.ts';

/** Looks at the target folder, for `planProject`. */
export function surveyTarget(_dir: string, _template: Template): Promise<Existing> {
  throw new Error('not written yet');
}

/** Writes the whole plan or nothing. @throws WXD7001 when the plan has conflicts, WXD7005 when a file cannot be written, WXD7006. */
export function applyPlan(
  _plan: Plan,
  _options: AbortableOptions = {},
): Promise<readonly string[]> {
  throw new Error('not written yet');
}
