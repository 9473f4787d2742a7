// Commands as text, through the REST door of a platform in this process. It is Monday, 1 March 2027, noon in UTC.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { declare, implement, Type } from "../../lib/action/index.ts";
import type { Todo } from "../../services/todo/todo.schema.ts";
import type { Answer } from "../../services/voice/voice.schema.ts";
import { type SignedIn, startPlatform } from "../support/platform.ts";

const VOICE = { services: ["gateway", "auth", "todo", "voice"] };

async function say(user: SignedIn, text: string, headers = {}): Promise<Answer> {
  const { status, body } = await user.post<Answer>("/voice/commands", { text }, headers);
  assert.equal(status, 200, `"${text}": ${JSON.stringify(body)}`);
  return body;
}

async function todosOf(user: SignedIn): Promise<Todo[]> {
  return (await user.get<{ items: Todo[] }>("/todos?sort=createdAt")).body.items;
}

/** Each says, in this order, what is said, what is called, and what is answered. */
const CONVERSATION: [text: string, action: string | null, reply: string][] = [
  ["Remind me to call mum tomorrow at five.", "todo.create", "Added call mum for tomorrow at 5 pm."],
  ["set a reminder for friday to water the plants", "todo.create", "Added water the plants for Friday."],
  ["in twenty minutes remind me to check the oven", "todo.create", "Added check the oven for today at 12:21 pm."],
  ["put oat milk, eggs and flour on my shopping list", "todo.create", "Added oat milk, eggs and flour."],
  ["what's on my shopping list?", "todo.list", "You have one thing to do: oat milk, eggs and flour."],
  ["what do i have to do tomorrow", "todo.list", "You have one thing to do for tomorrow: call mum."],
  ["what is due on sunday", "todo.list", "You have nothing to do for Sunday."],
  ["mark the oven as done", "todo.complete", "Done: check the oven."],
  ["reopen check the oven", "todo.reopen", "check the oven is open again."],
  ["move call mum to thursday at ten", "todo.update", "Changed: call mum for Thursday at 10 am."],
  ["rename oat milk to buy soy milk", "todo.update", "Changed: buy soy milk."],
  ["make a list called holiday", "todo.addList", "There is a holiday list now."],
  ["what lists do i have", "todo.lists", "Your lists are holiday, shopping and todo."],
  ["delete the holiday list", "todo.removeList", "The holiday list is gone."],
  ["delete the shopping list", null, "The list still has todos."],
  ["cancel water the plants", "todo.remove", "Removed water the plants."],
  ["what is due on friday", "todo.list", "You have nothing to do for Friday."],
  ["undo that", "voice.undo", "Taken back."],
  // The change before was the list's, which cannot be taken back: what came before that is not touched.
  ["take it back", null, "There is nothing to undo."],
  ["snooze for ten minutes", null, "No reminder is ringing."],
  ["delete climb the mountain", null, 'I can\'t find "climb the mountain".'],
  ["delete call tim", null, 'I can\'t find "call tim".'],
  ["I think it will rain tonight.", null, 'I did not understand "I think it will rain tonight.".'],
  ["yes", null, "Nothing was asked."],
  ["never mind", null, "Nothing was asked."],
  ["remind me to call dad yesterday", "todo.create", "Added call dad for yesterday. That time has already passed."],
];

test("a conversation does what is said, and says what was done", async (t) => {
  const platform = await startPlatform(t, VOICE);
  const ann = await platform.register("ann", { zone: "UTC" });
  for (const [text, action, reply] of CONVERSATION) {
    await t.test(text, async () => {
      const before = await todosOf(ann);
      const answer = await say(ann, text);
      assert.deepEqual([answer.action, answer.reply], [action, reply]);
      assert.equal(answer.heard, text);
      if (action === null) assert.deepEqual(await todosOf(ann), before, "nothing was done");
      await platform.clock.advance(1_000);
    });
  }
});

test("help names what can be said, in sentences", async (t) => {
  const platform = await startPlatform(t, VOICE);
  const { reply, action } = await say(await platform.register("ann"), "What can I say?");
  assert.equal(action, "voice.help");
  assert.match(
    reply,
    /^You can say, for example: Remind me to call mum tomorrow at five\. What is on my shopping list\? /,
  );
  assert.doesNotMatch(reply, /\.,|\?,|[{}]/);
});

test("a ring is snoozed and finished by voice", async (t) => {
  const platform = await startPlatform(t, VOICE);
  const ann = await platform.register("ann", { zone: "UTC" });
  await say(ann, "remind me to stretch in five minutes");
  await platform.clock.advance(5 * 60_000);
  assert.equal((await say(ann, "snooze for 5 minutes")).reply, "I will remind you again: stretch.");
  await platform.clock.advance(5 * 60_000);
  assert.equal((await say(ann, "that's done")).reply, "Done: stretch.");
  assert.equal((await todosOf(ann))[0]?.done, true);
});

test("times are the user's own, not the server's", async (t) => {
  const platform = await startPlatform(t, VOICE);
  const ann = await platform.register("ann", { zone: "Pacific/Auckland" });
  const { result } = await say(ann, "remind me to call mum tomorrow at five");
  assert.deepEqual((result as Todo).due, { date: "2027-03-03", time: "17:00", zone: "Pacific/Auckland" });
  const travelling = await say(ann, "remind me to call dad tomorrow at five", { "X-Time-Zone": "America/Lima" });
  assert.deepEqual((travelling.result as Todo).due, { date: "2027-03-02", time: "17:00", zone: "America/Lima" });
});

test("what is another user's cannot be named, undone or confirmed", async (t) => {
  const platform = await startPlatform(t, VOICE);
  const [ann, bob] = [await platform.register("ann"), await platform.register("bob")];
  await say(ann, "add a todo feed the cat");
  for (const text of ["delete feed the cat", "mark feed the cat as done", "undo that", "yes"]) {
    assert.equal((await say(bob, text)).action, null, text);
  }
  assert.deepEqual(
    (await todosOf(ann)).map(({ title, done }) => [title, done]),
    [["feed the cat", false]],
  );
  assert.equal((await platform.guest.post("/voice/commands", { text: "help" })).status, 401);
});

test("of several that fit it asks which, and does nothing", async (t) => {
  const platform = await startPlatform(t, VOICE);
  const ann = await platform.register("ann");
  await say(ann, "add a todo call mum");
  await say(ann, "add a todo call dad");
  const { action, reply } = await say(ann, "delete call");
  assert.equal(action, null);
  assert.match(reply, /^Which one do you mean: "call (mum|dad)" or "call (mum|dad)"\?$/);
});

const REFUSED: [what: string, body: object][] = [
  ["no text", {}],
  ["an empty text", { text: "" }],
  ["blanks", { text: "  \n" }],
  ["a text too long", { text: "a".repeat(501) }],
  ["no string", { text: 5 }],
  ["a field it does not know", { text: "help", user: "bob" }],
];
test("refuses what is no utterance", async (t) => {
  const platform = await startPlatform(t, VOICE);
  const ann = await platform.register("ann");
  for (const [what, body] of REFUSED) assert.equal((await ann.post("/voice/commands", body)).status, 422, what);
});

test("without an engine speech is refused with a reason, and text works", async (t) => {
  const platform = await startPlatform(t, VOICE);
  const ann = await platform.register("ann");
  const { status, problem } = await ann.send("POST", "/voice/speech", "RIFF", { "Content-Type": "audio/wav" });
  assert.deepEqual([status, problem.code], [503, "VOICE_NO_RECOGNISER"]);
  assert.equal((await ann.post("/voice/say", { text: "Hello" })).problem.code, "VOICE_NO_VOICE");
  assert.equal((await say(ann, "help")).action, "voice.help");
});

describe("a service that joins", () => {
  const Nothing = Type.Object({});
  const actions = {
    feed: declare({
      summary: "Feed the parrot",
      auth: "user",
      params: Type.Object({ nuts: Type.Integer({ minimum: 1, maximum: 9, accepts: "one to nine nuts" }) }),
      returns: Type.Object({ nuts: Type.Integer() }),
      voice: { en: { say: ["feed the parrot [{nuts} nuts]"], reply: "It ate {nuts|one nut|# nuts}." } },
    }),
    tease: declare({
      summary: "Tease the parrot",
      auth: "user",
      params: Nothing,
      returns: Nothing,
      voice: { en: { say: ["tease the parrot"], reply: "Ha." } },
    }),
    sell: declare({
      summary: "Sell the parrot",
      auth: "admin",
      params: Nothing,
      returns: Nothing,
      voice: { en: { say: ["sell the parrot"], reply: "Sold." } },
    }),
  };
  const parrot = implement("parrot", actions, {
    feed: ({ params }) => params,
    tease: () => {
      throw new Error("secret of the parrot");
    },
    sell: () => ({}),
  });

  test("can be said at once; its errors are said; gone, it can't do that just now", async (t) => {
    const platform = await startPlatform(t, VOICE);
    const [, bob] = [await platform.register("ann"), await platform.register("bob")];
    assert.equal((await say(bob, "feed the parrot three nuts")).intent, null);
    await platform.add(parrot);
    assert.equal((await say(bob, "feed the parrot three nuts")).reply, "It ate 3 nuts.");
    assert.equal((await say(bob, "feed the parrot")).reply, "I need the nuts: one to nine nuts.");
    assert.equal((await say(bob, "feed the parrot twenty nuts")).reply, "I need the nuts: one to nine nuts.");
    assert.equal((await say(bob, "tease the parrot")).reply, "Something went wrong.");
    assert.equal((await say(bob, "sell the parrot")).reply, "You may not do that.");
    await platform.broker.destroyService("parrot");
    const gone = await say(bob, "feed the parrot three nuts");
    assert.deepEqual([gone.intent, gone.action, gone.reply], ["parrot.feed", null, "I can't do that just now."]);
  });
});
