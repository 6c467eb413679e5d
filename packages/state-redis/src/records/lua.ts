/**
 * Lua that the scripts of records and indexes share. Times are those of Redis.
 *
 * A record is a hash: `v` its JSON, `n` its version, `i` the places of its indexes, packed. An index is two sorted
 * sets of ids, one by entry and one by the time at which they expire. Where an index is, is said by its `place`:
 * what follows the kind in its two keys.
 *
 * ARGV: 1 the prefix of all keys; 2 "1" where indexes are in other slots, so that the caller has to see to them;
 * 3 the record's id; 4 its time to live in milliseconds, "inf", or "" to leave it.
 */
export const HEAD = `
local prefix, apart, id, ttl = ARGV[1], ARGV[2] == "1", ARGV[3], ARGV[4]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

export const INDEXES = `
local function keys(place)
  return prefix .. ":index" .. place, prefix .. ":expiry" .. place
end

local function at(life)
  return life == "inf" and "inf" or now + life
end

local function purge(order, expiry)
  repeat
    local dead = redis.call("ZRANGE", expiry, "-inf", string.format("(%.0f", now), "BYSCORE", "LIMIT", 0, 1000)
    if #dead > 0 then
      redis.call("ZREM", expiry, unpack(dead))
      redis.call("ZREM", order, unpack(dead))
    end
  until #dead < 1000
end

-- An index is there as long as the record that lives longest.
local function keep(order, expiry)
  local longest = redis.call("ZRANGE", expiry, 0, 0, "REV", "WITHSCORES")[2]
  if not longest then return end
  for _, key in ipairs({ order, expiry }) do
    if longest == "inf" then redis.call("PERSIST", key) else redis.call("PEXPIREAT", key, longest) end
  end
end

local function enter(place, life)
  local order, expiry = keys(place)
  purge(order, expiry)
  -- Greater than that of every record that entered before, also of those that have left.
  local last = redis.call("ZRANGE", order, 0, 0, "REV", "WITHSCORES")[2] or 0
  local entry = math.max(time[1] * 1000000 + time[2], last + 1)
  local entered = redis.call("ZADD", order, "NX", entry, id)
  redis.call("ZADD", expiry, at(life), id)
  keep(order, expiry)
  return entered
end

local function leave(place)
  local order, expiry = keys(place)
  redis.call("ZREM", order, id)
  redis.call("ZREM", expiry, id)
  keep(order, expiry)
end

local function extend(place, life)
  local order, expiry = keys(place)
  redis.call("ZADD", expiry, "XX", at(life), id)
  keep(order, expiry)
end

local function count(place)
  local order, expiry = keys(place)
  purge(order, expiry)
  return redis.call("ZCARD", order)
end
`;

export const RECORD = `
local key = KEYS[1]

local function places()
  local packed = redis.call("HGET", key, "i")
  return packed and cmsgpack.unpack(packed) or {}
end

local function store(value, version, to)
  redis.call("HSET", key, "v", value, "n", version)
  if #to > 0 then redis.call("HSET", key, "i", cmsgpack.pack(to)) else redis.call("HDEL", key, "i") end
end

local function expire()
  if ttl == "inf" then redis.call("PERSIST", key) elseif ttl ~= "" then redis.call("PEXPIRE", key, ttl) end
end

local function has(list, wanted)
  for _, each in ipairs(list) do if each == wanted then return true end end
  return false
end

local function move(from, to, life)
  for _, place in ipairs(from) do if not has(to, place) then leave(place) end end
  for _, place in ipairs(to) do enter(place, life) end
end
`;
