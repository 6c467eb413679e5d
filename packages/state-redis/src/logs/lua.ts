/**
 * What the scripts of logs have in common. A log is a stream, whose ids are `<start>-<number>`, and a hash (`meta`).
 * Numbers grow: they are the time in microseconds, so that after a failover that lost entries none is used again.
 *
 * | field | what it is |
 * | --- | --- |
 * | s | start: tells this log from earlier ones of its name |
 * | n, f | number of the newest entry, and of the newest one trimmed; 0 while there is none |
 * | q, b | how many entries are kept, and their bytes |
 * | c | 1 once closed |
 * | e, y, a, t | bounds: entries, bytes, age and time to live in ms; empty where there is none |
 * | x | token of the exclusive reader that took it last |
 * | w | nodes that follow it: channel, handle, channel, handle, … as JSON |
 * | i | what it is about |
 * | k… | number of the entry with this key |
 *
 * A stream entry has the field d, its text, and k, its key's field in the hash, if it has one.
 * ARGV[1] is the channel of the calling node, ARGV[2] is 1 in Cluster.
 */
export const PRELUDE = `
local meta, stream = KEYS[1], KEYS[2]
local own, clustered = ARGV[1], ARGV[2] == '1'

local function load()
  local m = redis.call('HMGET', meta, 's', 'n', 'f', 'b', 'c', 'e', 'y', 'a', 't', 'x', 'w', 'q')
  if not m[1] then return nil end
  return {
    s = m[1], n = tonumber(m[2]), f = tonumber(m[3]), b = tonumber(m[4]), c = m[5] == '1',
    e = tonumber(m[6]) or math.huge, y = tonumber(m[7]) or math.huge, a = tonumber(m[8]), t = tonumber(m[9]),
    x = tonumber(m[10]), w = m[11] and cjson.decode(m[11]) or {},
    q = tonumber(m[12]),
  }
end

local function digits(number)
  return string.format('%.0f', number)
end

local function id(log, number)
  return log.s .. '-' .. digits(number)
end

local function numberOf(entry)
  return tonumber(string.match(entry[1], '%d+$'))
end

local function micros()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function trim(log)
  local floor, oldest, count = log.f, log.a and micros() - log.a * 1000, 1
  local function over(entry)
    return log.q > log.e or log.b > log.y or (oldest and (not entry or numberOf(entry) <= oldest))
  end
  local more = true
  while more and log.q > 0 and over() do
    local page = redis.call('XRANGE', stream, id(log, log.f + 1), '+', 'COUNT', count)
    if #page == 0 then log.f, log.q, log.b = log.n, 0, 0 end
    for _, entry in ipairs(page) do
      if not over(entry) then more = false break end
      log.f, log.q, log.b = numberOf(entry), log.q - 1, log.b - #entry[2][2]
      if entry[2][4] then redis.call('HDEL', meta, entry[2][4]) end
    end
    count = math.min(count * 2, 32)
  end
  if log.f == floor then return end
  redis.call('XTRIM', stream, 'MAXLEN', log.q)
  redis.call('HSET', meta, 'f', log.f, 'q', log.q, 'b', log.b)
end

local function follow(log, nodes)
  log.w = nodes
  if #nodes == 0 then redis.call('HDEL', meta, 'w') else redis.call('HSET', meta, 'w', cjson.encode(nodes)) end
end

local function phase(log)
  return log.gone and 2 or log.c and 1 or 0
end

local function notify(log, ttl, before, data)
  if #log.w == 0 then return end
  local text = table.concat({ '', log.s, digits(log.n), log.x, phase(log), ttl }, ' ')
  if data then text = text .. ' ' .. digits(before) .. ' ' .. data end
  local heard = {}
  for i = 1, #log.w, 2 do
    local node, handle = log.w[i], log.w[i + 1]
    if node == own or redis.call('PUBLISH', node, handle .. text) > 0 or clustered then
      heard[#heard + 1] = node
      heard[#heard + 1] = handle
    end
  end
  if #heard < #log.w then follow(log, heard) end
end

-- In Cluster nobody says which nodes are gone. Those that live come back, and so stay among the newest.
local function register(log, handle)
  if handle == '' then return end
  local nodes = {}
  for i = 1, #log.w, 2 do
    if log.w[i] == own and log.w[i + 1] == handle and (not clustered or i + 1 == #log.w) then return end
    if log.w[i] ~= own then
      nodes[#nodes + 1] = log.w[i]
      nodes[#nodes + 1] = log.w[i + 1]
    end
  end
  while #nodes >= (clustered and 128 or 2000) do
    table.remove(nodes, 1)
    table.remove(nodes, 1)
  end
  nodes[#nodes + 1] = own
  nodes[#nodes + 1] = handle
  follow(log, nodes)
end

local function live(ttl)
  for _, key in ipairs(KEYS) do
    if ttl < 0 then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, ttl) end
  end
  return ttl
end

local function reply(log, ttl, number, status)
  return { status or 'ok', log.s, log.n, log.x, phase(log), ttl, number }
end

-- Fetches few at first, and then as many as fit if they are like those before: large entries are costly to look at.
local function entries(log, position, count, bytes, out)
  local taken, size, ahead = 0, 0, 1
  while taken < count and position < log.n do
    local page = redis.call('XRANGE', stream, id(log, position + 1), '+', 'COUNT', math.min(ahead, count - taken))
    if #page == 0 then return nil end
    for _, entry in ipairs(page) do
      local data = entry[2][2]
      size = size + #data
      if taken > 0 and size > bytes then return out end
      position, taken = numberOf(entry), taken + 1
      out[#out + 1] = position
      out[#out + 1] = data
    end
    if size >= bytes then return out end
    ahead = math.min(ahead * 4, math.ceil((bytes - size) * taken / math.max(size, 1)), 256)
  end
  return out
end
`;
