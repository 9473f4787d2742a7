// The store of the voice service: what each user said last, so that it can be taken back or confirmed.
import type { Store } from "../../mixins/store.ts";

export interface CommandRow {
  _id: string;
  user: string;
  /** Epoch milliseconds. */
  at: number;
  /** How to take it back; gone once that was done. */
  undo?: { action: string; params: Record<string, unknown> };
  /** What was asked about: "did you mean …?" */
  suggestion?: string;
}

export type VoiceRepository = ReturnType<typeof voiceRepository>;

/** How long a command can be taken back, and a question be answered. */
const UNDO_MS = 10 * 60 * 1000;
const QUESTION_MS = 60 * 1000;

export function voiceRepository(store: Store, now: () => number) {
  const commands = store.collection<CommandRow>("commands", { indexes: ["user", "at"], compound: [["user", "-at"]] });
  const latest = async (user: string): Promise<CommandRow[]> =>
    commands.find({ at: { $gt: now() - UNDO_MS }, user }, { sort: ["-at"], limit: 50 });

  return {
    add: (row: CommandRow) => commands.insert(row),

    /** Takes the latest undoable command, so that nobody else undoes it as well. */
    async takeUndoable(user: string): Promise<Required<Pick<CommandRow, "undo">> | undefined> {
      for (const row of await latest(user)) {
        if (row.undo && (await commands.update({ undo: { $exists: true }, _id: row._id }, { undo: undefined })))
          return { undo: row.undo };
      }
      return undefined;
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
