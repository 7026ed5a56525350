-- request.lua - one scene for wrk: the same request for one visitor or another, at random.
--
-- Arguments: method, target, body, seed, first, step, count, digits of VISITOR and CONVERSATION, and headers as
-- "Name: value". In target and headers VISITOR and CONVERSATION stand for the ids of a visitor, which end in its
-- number; KEY for a text that is never used again.

local requests, fresh, used = {}, nil, 0

function init(args)
   local method, target, body, seed = args[1], args[2], args[3], tonumber(args[4])
   local first, step, count = tonumber(args[5]), tonumber(args[6]), tonumber(args[7])
   math.randomseed(seed)
   for i = 0, count - 1 do
      local ids = { VISITOR = args[8]:format(first + step * i), CONVERSATION = args[9]:format(first + step * i) }
      local headers = {}
      for h = 10, #args do
         local name, value = args[h]:match("^([^:]+): (.*)$")
         headers[name] = ids[value] or value
         fresh = fresh or value == "KEY" and ("%d-%d-"):format(os.time(), seed)
      end
      requests[i + 1] = wrk.format(method, target:gsub("CONVERSATION", ids), headers, body ~= "" and body or nil)
   end
end

function request()
   local chosen = requests[math.random(#requests)]
   if fresh then
      used = used + 1
      chosen = chosen:gsub(": KEY", ": " .. fresh .. used, 1)
   end
   return chosen
end

function done(summary, latency)
   local e = summary.errors
   io.write(('{"requests": %d, "seconds": %f, "faults": %d, "errors": %d, "p50": %d, "p99": %d}\n'):format(
      summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.timeout, e.status,
      latency:percentile(50), latency:percentile(99)))
end
