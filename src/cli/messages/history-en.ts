/** What `logs` and `replay` print in English. */
export const historyEn = {
  empty: 'nothing is recorded that fits; serve and dev record every exchange',
  cut: (count: number) => `${count} earlier ones are not shown; --limit shows more`,
  unreadable: (count: number) =>
    `${count} lines could not be read: half written by a run that was killed, or damaged`,
  message: (mode: string) => `message (${mode})`,
  answerText: 'answer in clear text',
  requestBody: 'request body as sent',
  responseBody: 'answer body as sent',
  answer: (status: number) => `answer: HTTP ${status}`,
  noAnswer: 'no answer',
  binary: (bytes: number) => `${bytes} bytes that are no UTF-8 text; --json has them`,
  sameAnswer: 'the same answer as then, apart from its time',
  oldAnswer: 'recorded answer',
  newAnswer: 'new answer',
  truncated: 'the rest was not recorded',
};
