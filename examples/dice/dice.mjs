// A dice roller for a running cluster: `node dice.mjs`. A second later it can be said, called and read about at every door.
import { declare, implement, serve, Type } from "vivavoce/action";

const actions = {
  roll: declare({
    summary: "Roll a die",
    auth: "user",
    rest: "POST /dice/rolls",
    socket: true,
    params: Type.Object({ sides: Type.Optional(Type.Integer({ minimum: 2, maximum: 1000 })) }),
    returns: Type.Object({ sides: Type.Integer(), value: Type.Integer() }),
    voice: { en: { say: ["roll a [{sides} sided] (dice|die)"], reply: "You rolled {value}." } },
  }),
};

await serve(
  implement("dice", actions, {
    roll: ({ params: { sides = 6 } }) => ({ sides, value: 1 + Math.floor(Math.random() * sides) }),
  }),
);
