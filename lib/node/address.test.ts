import assert from "node:assert/strict";
import { test } from "node:test";
import { makeFolder } from "../../test/support/platform.ts";
import { lockData, readAddress, writeAddress } from "./data.ts";

test("the gateway's address is told while it runs, and not when a killed one left it", (t) => {
  const data = makeFolder(t);
  assert.equal(readAddress(data), undefined);
  const release = lockData(data, ["gateway"]);
  const remove = writeAddress(data, "http://127.0.0.1:3000");
  assert.equal(readAddress(data), "http://127.0.0.1:3000");
  release();
  assert.equal(readAddress(data), undefined);
  remove();
  const again = lockData(data, ["gateway"]);
  assert.equal(readAddress(data), undefined);
  again();
});
