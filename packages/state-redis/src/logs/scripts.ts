import { script, type Script } from "../connection/redis.js";
import { PRELUDE } from "./lua.js";

const logScript = (name: string, body: string): Script => script(`log ${name}`, PRELUDE + body);

/** start, maxEntries, maxBytes, maxAgeMs, ttlMs, about ("a…" or empty): 1, or 0 if the name is taken. */
export const CREATE = logScript(
  "create",
  `
if redis.call('EXISTS', meta) == 1 then return 0 end
redis.call('DEL', stream)
redis.call('HSET', meta, 's', ARGV[3], 'n', 0, 'f', 0, 'q', 0, 'b', 0, 'x', 0,
  'e', ARGV[4], 'y', ARGV[5], 'a', ARGV[6], 't', ARGV[7])
if ARGV[8] ~= '' then redis.call('HSET', meta, 'i', string.sub(ARGV[8], 2)) end
if ARGV[7] ~= '' then redis.call('PEXPIRE', meta, ARGV[7]) end
return 1
`,
);

/** text, close, key's field or empty, bytes up to which the text is sent to the other nodes; gives the number before, too. */
export const APPEND = logScript(
  "append",
  `
local data, close, key = ARGV[3], ARGV[4] == '1', ARGV[5]
local log = load()
if not log then return { 'unknown' } end
if log.a then trim(log) end

local known = key ~= '' and tonumber(redis.call('HGET', meta, key))
if known and known > log.f then
  local ttl = redis.call('PTTL', meta)
  if close and not log.c then
    log.c = true
    redis.call('HSET', meta, 'c', 1)
    notify(log, ttl)
  end
  return reply(log, ttl, known, 'known')
end
if log.c then return { 'closed' } end
if #data > log.y then return { 'large', tostring(log.y) } end

local before = log.n
log.n, log.q, log.b, log.c = math.max(before + 1, micros()), log.q + 1, log.b + #data, close
local entry = { 'XADD', stream, id(log, log.n), 'd', data }
local changed = { 'HSET', meta, 'n', log.n, 'q', log.q, 'b', log.b }
if key ~= '' then
  entry[#entry + 1] = 'k'
  entry[#entry + 1] = key
  changed[#changed + 1] = key
  changed[#changed + 1] = log.n
end
if close then
  changed[#changed + 1] = 'c'
  changed[#changed + 1] = 1
end
redis.call(unpack(entry))
redis.call(unpack(changed))
trim(log)

local ttl = redis.call('PTTL', meta)
if ttl >= 0 then ttl = live(log.t and math.max(ttl, log.t) or -1) end
notify(log, ttl, before, #data <= tonumber(ARGV[6]) and data or nil)
local answer = reply(log, ttl, log.n)
answer[#answer + 1] = before
return answer
`,
);

/** from, its start, its number, exclusive, handle or empty, entries and bytes of a page: numbers and texts. */
export const READ = logScript(
  "read",
  `
local log = load()
if not log then return { 'unknown' } end
if log.a then trim(log) end

local from, position = ARGV[3], 0
if from == 'oldest' then position = log.f end
if from == 'end' then position = log.n end
if from == 'after' then position = ARGV[4] == log.s and tonumber(ARGV[5]) or -1 end
if position < log.f or position > log.n then return { 'lost' } end

local ttl = redis.call('PTTL', meta)
local page = entries(log, position, tonumber(ARGV[8]), tonumber(ARGV[9]), {})
if not page then return { 'lost' } end
if ARGV[6] == '1' then
  log.x = redis.call('HINCRBY', meta, 'x', 1)
  notify(log, ttl)
end
register(log, ARGV[7])
local answer = reply(log, ttl, position)
for _, part in ipairs(page) do answer[#answer + 1] = part end
return answer
`,
);

/** start, position, handle or empty, entries and bytes of a page: what follows, or with 0 entries just how the log is. */
export const PAGE = logScript(
  "page",
  `
local log = load()
if not log or log.s ~= ARGV[3] then return { 'unknown' } end
if log.a then trim(log) end
register(log, ARGV[5])
local position, count = tonumber(ARGV[4]), tonumber(ARGV[6])
if count > 0 and (position < log.f or position > log.n) then return { 'lost' } end
local answer = reply(log, redis.call('PTTL', meta), position)
return entries(log, position, count, tonumber(ARGV[7]), answer) or { 'lost' }
`,
);

export const CLOSE = logScript(
  "close",
  `
local log = load()
if not log then return { 'unknown' } end
local ttl = redis.call('PTTL', meta)
if not log.c then
  log.c = true
  redis.call('HSET', meta, 'c', 1)
  notify(log, ttl)
end
return reply(log, ttl, log.n)
`,
);

export const DELETE = logScript(
  "delete",
  `
local log = load()
if not log then return { 'unknown' } end
log.gone = true
notify(log, 0)
redis.call('UNLINK', meta, stream)
return reply(log, 0, log.n)
`,
);

/** ms to live, -1 for ever. */
export const TOUCH = logScript(
  "touch",
  `
local log = load()
if not log then return { 'unknown' } end
local ttl, before = tonumber(ARGV[3]), redis.call('PTTL', meta)
live(ttl)
if ttl >= 0 and (before < 0 or ttl < before) then notify(log, ttl) end
return reply(log, ttl, log.n)
`,
);

/** last cursor, entries, bytes, closed, about if any. */
export const INFO = logScript(
  "info",
  `
local log = load()
if not log then return { 'unknown' } end
if log.a then trim(log) end
return { 'ok', id(log, log.n), log.q, log.b, phase(log), redis.call('HGET', meta, 'i') }
`,
);

/** handle: this node no longer follows. */
export const LEAVE = logScript(
  "leave",
  `
local log = load()
if not log then return 0 end
local nodes = {}
for i = 1, #log.w, 2 do
  if log.w[i] ~= own or log.w[i + 1] ~= ARGV[3] then
    nodes[#nodes + 1] = log.w[i]
    nodes[#nodes + 1] = log.w[i + 1]
  end
end
if #nodes < #log.w then follow(log, nodes) end
return 1
`,
);

/** All of them, to be loaded with each connection. */
export const LOG_SCRIPTS: readonly Script[] = [CREATE, APPEND, READ, PAGE, CLOSE, DELETE, TOUCH, INFO, LEAVE];
