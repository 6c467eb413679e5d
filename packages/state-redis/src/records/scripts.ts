import { script } from "../connection/redis.js";
import { HEAD, INDEXES, RECORD } from "./lua.js";

const record = HEAD + INDEXES + RECORD;
const index = HEAD + INDEXES;

/** Gives value, version and, where the caller has to extend them, the places; or nothing. */
export const GET = script(
  "get a record",
  `${record}
local found = redis.call("HMGET", key, "v", "n")
if not found[1] then return false end
if ttl == "" then return found end
expire()
local under = places()
if not apart then
  for _, place in ipairs(under) do extend(place, ttl) end
  return found
end
return { found[1], found[2], under }`,
);

/** Gives the places, or nothing if there is no record. */
export const TOUCH = script(
  "touch a record",
  `${record}
if redis.call("EXISTS", key) == 0 then return false end
expire()
local under = places()
if not apart then for _, place in ipairs(under) do extend(place, ttl) end end
return under`,
);

/** ARGV: 5 value, 6 version, 7 and on the places. Gives the places it had before. */
export const SET = script(
  "set a record",
  `${record}
local from, to = places(), { unpack(ARGV, 7) }
store(ARGV[5], ARGV[6], to)
expire()
if not apart then move(from, to, ttl) end
return from`,
);

/**
 * ARGV: 5 value, 6 version, 7 how many places, then the places, then pairs of a place and how many may be there.
 * Gives 1 and nothing once created, 0 and the places of the record that exists, or -1 and which pair was full.
 */
export const CREATE = script(
  "create a record",
  `${record}
if redis.call("EXISTS", key) == 1 then return { 0, places() } end
local to = { unpack(ARGV, 8, 7 + ARGV[7]) }
for i = 8 + ARGV[7], #ARGV, 2 do
  if count(ARGV[i]) >= tonumber(ARGV[i + 1]) then return { -1, (i - 8 - ARGV[7]) / 2 } end
end
store(ARGV[5], ARGV[6], to)
expire()
if not apart then move({}, to, ttl) end
return { 1 }`,
);

/**
 * ARGV: 5 value, 6 version, 7 the version it must have, 8 "1" if the places are to change, 9 and on the places.
 * Gives the places it had and its time to live as it now is; or nothing if it has another version.
 */
export const REPLACE = script(
  "replace a record",
  `${record}
if redis.call("HGET", key, "n") ~= ARGV[7] then return false end
local from = places()
local to = ARGV[8] == "1" and { unpack(ARGV, 9) } or from
store(ARGV[5], ARGV[6], to)
expire()
local left = redis.call("PTTL", key)
local life = left < 0 and "inf" or tostring(left)
if not apart and (ttl ~= "" or ARGV[8] == "1") then move(from, to, life) end
return { from, life }`,
);

/** ARGV: 5 the version it must have, if any. Gives the places it had, or nothing if there was nothing to delete. */
export const DELETE = script(
  "delete a record",
  `${record}
local version = redis.call("HGET", key, "n")
if not version or (ARGV[5] and ARGV[5] ~= version) then return false end
local from = places()
redis.call("DEL", key)
if not apart then for _, place in ipairs(from) do leave(place) end end
return from`,
);

/** ARGV: 5 the place, 6 how many may be there, or "". Gives 1 if it entered, 0 if it was there, -1 if it is full. */
export const ENTER = script(
  "enter an index",
  `${index}
local order = keys(ARGV[5])
if ARGV[6] ~= "" and count(ARGV[5]) >= tonumber(ARGV[6]) and not redis.call("ZSCORE", order, id) then return -1 end
return enter(ARGV[5], ttl)`,
);

/** ARGV: 5 the place. */
export const LEAVE = script("leave an index", `${index}\nleave(ARGV[5])`);

/** ARGV: 5 the place. */
export const EXTEND = script("stay in an index", `${index}\nextend(ARGV[5], ttl)`);

/** ARGV: 5 the place. */
export const COUNT = script("count an index", `${index}\nreturn count(ARGV[5])`);

/** ARGV: 5 the place, 6 the entry to begin after, 7 how many. Gives that many ids and one more, each with its entry. */
export const LIST = script(
  "list an index",
  `${index}
local order, expiry = keys(ARGV[5])
purge(order, expiry)
return redis.call("ZRANGE", order, "(" .. ARGV[6], "+inf", "BYSCORE", "LIMIT", 0, ARGV[7] + 1, "WITHSCORES")`,
);

/** ARGV: 1 what to add, 2 the maximum, 3 the time to live, or "inf", 4 "1" to renew it. Gives 1 or 0, and the value. */
export const ADD = script(
  "add to a counter",
  `
local known = redis.call("GET", KEYS[1])
local before, by = tonumber(known or 0), tonumber(ARGV[1])
local value = math.max(0, before + by)
if by > 0 and value > tonumber(ARGV[2]) then return { 0, before } end
if value == 0 then
  if known then redis.call("DEL", KEYS[1]) end
else
  redis.call("SET", KEYS[1], string.format("%.0f", value), "KEEPTTL")
  if not known or ARGV[4] == "1" then
    if ARGV[3] == "inf" then redis.call("PERSIST", KEYS[1]) else redis.call("PEXPIRE", KEYS[1], ARGV[3]) end
  end
end
return { 1, value }`,
);

/** All of them, to be loaded beforehand. */
export const RECORD_SCRIPTS = [
  GET,
  TOUCH,
  SET,
  CREATE,
  REPLACE,
  DELETE,
  ENTER,
  LEAVE,
  EXTEND,
  COUNT,
  LIST,
  ADD,
];
