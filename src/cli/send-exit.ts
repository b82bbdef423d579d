import type { SendOutcome } from '../simulator/outcome.ts';
import { exitCodes, exitCodeOf, type ExitCode } from './exit-codes.ts';

/** What `send` exits with when nothing is expected but that WeChat takes the answer. */
export function exitCodeOfOutcome({ accepted, verdict, status, faults }: SendOutcome): ExitCode {
  if (accepted) return exitCodes.ok;
  if (verdict === 'late') return exitCodes.late;
  if (status === 0) return exitCodes.network;
  if (status === 401 || status === 403) return exitCodes.verification;
  const [fault] = faults;
  return fault ? exitCodeOf(fault) : exitCodes.expectation;
}
