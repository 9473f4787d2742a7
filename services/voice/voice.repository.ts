// The store of the voice service: what each user said last, so that it can be taken back or confirmed.
import type { Store } from "../../mixins/store.ts";

export interface CommandRow {
  _id: string;
  user: string;
  /** Epoch milliseconds. */
  at: number;
  /** Whether something was changed. */
  changed?: boolean;
  /** How to take the change back. */
  undo?: { action: string; params: Record<string, unknown> };
  /** What was asked about: "did you mean …?" */
  suggestion?: string;
}

/** How long a command can be taken back, and a question be answered. */
const UNDO_MS = 10 * 60 * 1000;
const QUESTION_MS = 60 * 1000;

export function voiceRepository(store: Store, now: () => number) {
  const commands = store.collection<CommandRow>("commands", {
    indexes: ["user", "at"],
    compound: [["user", "-at", "_id"]],
  });
  const latest = async (user: string): Promise<CommandRow[]> =>
    commands.find({ at: { $gt: now() - UNDO_MS }, user }, { sort: ["-at", "_id"], limit: 50 });

  return {
    add: (row: CommandRow) => commands.insert(row),

    /** Takes the latest change, so that nobody else undoes it as well. One that cannot be undone hides those before it. */
    async takeUndoable(user: string): Promise<CommandRow["undo"]> {
      const row = (await latest(user)).find(({ changed }) => changed);
      return row?.undo && (await commands.remove({ _id: row._id })) > 0 ? row.undo : undefined;
    },

    /** Takes the question that was asked last, unless something else was said since. */
    async takeQuestion(user: string): Promise<string | undefined> {
      const [row] = await latest(user);
      if (!row?.suggestion || row.at < now() - QUESTION_MS) return undefined;
      return (
        (await commands.update({ suggestion: { $exists: true }, _id: row._id }, { suggestion: undefined })) &&
        row.suggestion
      );
    },

    sweep: () => commands.remove({ at: { $lt: now() - UNDO_MS } }),
  };
}
