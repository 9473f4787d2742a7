// What can go wrong with a spoken command before it is one.
import { defineErrors } from "../../lib/action/index.ts";
import { speechErrors } from "./speech/speech.errors.ts";

export const errors = {
  ...speechErrors,
  ...defineErrors({
    VOICE_NO_RECOGNISER: { status: 503, message: "No speech recogniser is installed here. Type instead." },
    VOICE_NO_VOICE: { status: 503, message: "No voice is installed here." },
    VOICE_INTERRUPTED: { status: 400, message: "The recording broke off." },
    VOICE_NOTHING_TO_UNDO: { status: 404, message: "There is nothing to undo." },
    VOICE_NOTHING_TO_CONFIRM: { status: 404, message: "Nothing was asked." },
  }),
};
