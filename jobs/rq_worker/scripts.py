"""What the worker asks of Redis, as Lua: each script is one round trip and all or nothing.

Names and fields are those of RQ 2.12 (`rq.job`, `rq.executions`, `rq.registry`, `rq.results`, `rq.worker`), so that its
tools show the truth. Scores are times of the server's own clock, which all workers share. The scripts build keys from
job ids: one Redis, not a Redis Cluster.
"""

# KEYS: queue, started registry, worker, suspension flag. ARGV: limit, time, seconds an execution lives unless it beats,
# worker's name, prefix of execution ids. Returns -1 if workers are suspended, else per job: its id, its execution's id,
# its data, and whatever else RQ would run for it. There is no moment in which a job is in no list.
CLAIM = """
if redis.call('EXISTS', KEYS[4]) == 1 then return -1 end
local now, lives, claimed = redis.call('TIME')[1], tonumber(ARGV[3]), {}
for number = 1, tonumber(ARGV[1]) do
  local id = redis.call('LPOP', KEYS[1])
  if not id then break end
  local job = 'rq:job:' .. id
  local field = redis.pcall('HMGET', job, 'data', 'success_callback_name', 'failure_callback_name',
    'stopped_callback_name', 'webhooks')
  if not field.err and field[1] then
    local execution = ARGV[5] .. number
    local member = id .. ':' .. execution
    redis.call('HSET', job, 'status', 'started', 'started_at', ARGV[2], 'last_heartbeat', ARGV[2],
      'worker_name', ARGV[4])
    redis.call('HSET', 'rq:execution:' .. member, 'id', execution, 'created_at', now, 'last_heartbeat', now,
      'worker_name', ARGV[4])
    redis.call('EXPIRE', 'rq:execution:' .. member, lives)
    redis.call('ZADD', 'rq:executions:' .. id, now + lives + 60, execution)
    redis.call('EXPIRE', 'rq:executions:' .. id, lives + 60)
    redis.call('ZADD', KEYS[2], now + lives, member)
    redis.call('HSET', KEYS[3], 'state', 'busy', 'current_job', id)
    local others = (field[2] or '') .. (field[3] or '') .. (field[4] or '') .. (field[5] or '')
    claimed[#claimed + 1] = {id, execution, field[1], others}
  end
end
return claimed
"""

# KEYS: started registry, failed registry, worker. ARGV: worker's state, time, seconds a failed job stays, worker's
# name, then per job: id, execution's id, seconds it took, and RQ's packed traceback, empty if it went well. Safe to
# repeat: what is no longer in the registry was finished before, or given up.
FINISH = """
local now, stays = redis.call('TIME')[1], tonumber(ARGV[3])
for at = 5, #ARGV, 4 do
  local id, execution, trace = ARGV[at], ARGV[at + 1], ARGV[at + 3]
  if redis.call('ZREM', KEYS[1], id .. ':' .. execution) == 1 then
    redis.call('DEL', 'rq:execution:' .. id .. ':' .. execution, 'rq:executions:' .. id)
    if trace == '' then
      redis.call('DEL', 'rq:job:' .. id)
      redis.call('HINCRBY', KEYS[3], 'successful_job_count', 1)
    else
      redis.call('HSET', 'rq:job:' .. id, 'status', 'failed', 'ended_at', ARGV[2])
      redis.call('EXPIRE', 'rq:job:' .. id, stays)
      redis.call('ZADD', KEYS[2], now + stays, id)
      redis.call('XADD', 'rq:results:' .. id, 'MAXLEN', 10, '*', 'type', 2, 'worker_name', ARGV[4],
        'exc_string', trace, 'execution_id', execution)
      redis.call('EXPIRE', 'rq:results:' .. id, stays)
      redis.call('HINCRBY', KEYS[3], 'failed_job_count', 1)
    end
    redis.call('HINCRBYFLOAT', KEYS[3], 'total_working_time', ARGV[at + 2])
  end
  if redis.call('HGET', KEYS[3], 'current_job') == id then redis.call('HDEL', KEYS[3], 'current_job') end
end
redis.call('HSET', KEYS[3], 'state', ARGV[1])
"""

# KEYS: started registry, worker, all workers, workers of the queue. ARGV: time, seconds an execution lives, seconds the
# worker lives, count of the worker's fields and values, those, then per running job: id, execution's id. An execution
# that was given up meanwhile stays given up.
BEAT = """
local now, lives, last = redis.call('TIME')[1], tonumber(ARGV[2]), 4 + tonumber(ARGV[4])
redis.call('HSET', KEYS[2], unpack(ARGV, 5, last))
redis.call('HDEL', KEYS[2], 'current_job')
for at = last + 1, #ARGV, 2 do
  local id, execution = ARGV[at], ARGV[at + 1]
  local member = id .. ':' .. execution
  if redis.call('ZSCORE', KEYS[1], member) then
    redis.call('ZADD', KEYS[1], now + lives, member)
    if redis.call('EXPIRE', 'rq:execution:' .. member, lives) == 1 then
      redis.call('HSET', 'rq:execution:' .. member, 'last_heartbeat', now)
    end
    redis.call('ZADD', 'rq:executions:' .. id, now + lives + 60, execution)
    redis.call('EXPIRE', 'rq:executions:' .. id, lives + 60)
    if redis.call('EXISTS', 'rq:job:' .. id) == 1 then
      redis.call('HSET', 'rq:job:' .. id, 'last_heartbeat', ARGV[1])
      redis.call('HSET', KEYS[2], 'current_job', id)
    end
  end
end
redis.call('EXPIRE', KEYS[2], ARGV[3])
redis.call('SADD', KEYS[3], KEYS[2])
redis.call('SADD', KEYS[4], KEYS[2])
"""

# KEYS: started registry, failed registry, all workers, workers of the queue. Forgets what dead workers left behind;
# nothing is run again from here. Returns how many executions were given up.
TIDY = """
local now = redis.call('TIME')[1]
local orphans = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 500)
for _, member in ipairs(orphans) do
  redis.call('ZREM', KEYS[1], member)
  local id = string.match(member, '^[^:]*')
  redis.call('DEL', 'rq:execution:' .. member, 'rq:executions:' .. id)
  if redis.pcall('HGET', 'rq:job:' .. id, 'status') == 'started' then redis.call('DEL', 'rq:job:' .. id) end
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, now)
for _, worker in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  if redis.call('EXISTS', worker) == 0 then
    redis.call('SREM', KEYS[3], worker)
    redis.call('SREM', KEYS[4], worker)
  end
end
return #orphans
"""
