/** A task was cancelled, by whomever; the message is the server's, if it gave one. */
export class TaskCancelledError extends Error {
  override readonly name = "TaskCancelledError";
  readonly taskId: string;
  constructor(taskId: string, message?: string) {
    super(message ?? "The task was cancelled");
    this.taskId = taskId;
  }
}
