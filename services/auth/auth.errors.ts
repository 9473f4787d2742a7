// What can go wrong with accounts and sessions.
import { defineErrors } from "../../lib/action/index.ts";

export const errors = defineErrors({
  AUTH_CREDENTIALS_WRONG: { status: 401, message: "The e-mail address or the password is wrong." },
  AUTH_SESSION_ENDED: { status: 401, message: "This session has ended. Sign in again." },
  AUTH_EMAIL_TAKEN: { status: 409, message: "There is an account with this e-mail address already." },
  AUTH_REGISTRATION_CLOSED: { status: 403, message: "New accounts are not accepted here." },
  AUTH_INVITATION_INVALID: { status: 403, message: "An invitation is needed, and this one is not valid." },
  AUTH_RESET_INVALID: { status: 403, message: "This reset code is not valid any more." },
  AUTH_USER_NOT_FOUND: { status: 404, message: "There is no such user." },
});
