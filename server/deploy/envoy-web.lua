-- What Envoy's JSON transcoder leaves open. envoy-web.yaml runs this right before the transcoder.
--
-- - The transcoder drops a field that it does not know without a word, takes the later of two of one name, and reads
--   text that is no JSON. So each body is read here first, and refused where it is not JSON, or has a field that the
--   request lacks. Values are left to the transcoder and the server.
-- - Errors of Envoy's own are plain text. They become what the server's are, a google.rpc.Status in JSON.

-- The file that the transcoder has as well, so that both know the same fields.
local DESCRIPTORS = "/usr/share/hotline/proto/hotline-descriptors.pb"

-- Reading the descriptors, a google.protobuf.FileDescriptorSet, of which only what is needed here is named.

local function varint(bytes, position)
  local value, scale = 0, 1
  while true do
    local byte = bytes:byte(position)
    value, position = value + byte % 128 * scale, position + 1
    if byte < 128 then return value, position end
    scale = scale * 128
  end
end

-- Decodes a message: by the number of the field, the list of its values. Descriptors have but numbers and bytes.
local function decode(bytes)
  local message = setmetatable({}, { __index = function() return {} end })
  local position = 1
  while position <= #bytes do
    local tag, value
    tag, position = varint(bytes, position)
    value, position = varint(bytes, position)
    if tag % 8 == 2 then
      local length = value
      value, position = bytes:sub(position, position + length - 1), position + length
    end
    local number = math.floor(tag / 8)
    message[number] = rawget(message, number) or {}
    table.insert(message[number], value)
  end
  return message
end

-- Types by their full names. A map and an Any would need more than this, but no request has one: their keys, which are
-- no fields, would be refused.
local types = {}
-- Methods by path, "/hotline.v1.ArchiveService/GetDocument", each with the name of its request's type.
local methods = {}

local function add_type(scope, encoded_type)
  local descriptor = decode(encoded_type)
  local name = scope .. "." .. descriptor[1][1]
  local fields, names = {}, {}
  for _, encoded_field in ipairs(descriptor[2]) do
    local field = decode(encoded_field)
    local entry = {
      name = field[1][1],
      is_list = field[4][1] == 3,  -- LABEL_REPEATED
      type = field[5][1] == 11 and field[6][1] or nil,  -- TYPE_MESSAGE
    }
    table.insert(names, entry.name)
    fields[entry.name] = entry
    fields[field[10][1]] = entry  -- in JSON's spelling
  end
  types[name] = { fields = fields, names = #names > 0 and table.concat(names, ", ") or "none" }
  for _, nested in ipairs(descriptor[3]) do add_type(name, nested) end
end

do
  local file = assert(io.open(DESCRIPTORS, "rb"))
  for _, encoded_file in ipairs(decode(file:read("*a"))[1]) do
    local descriptor = decode(encoded_file)
    local package = descriptor[2][1]
    for _, encoded_type in ipairs(descriptor[4]) do add_type("." .. package, encoded_type) end
    for _, encoded_service in ipairs(descriptor[6]) do
      local service = decode(encoded_service)
      for _, encoded_method in ipairs(service[2]) do
        local method = decode(encoded_method)
        methods["/" .. package .. "." .. service[1][1] .. "/" .. method[1][1]] =
          { request = method[2][1], client_streaming = method[5][1] == 1 }
      end
    end
  end
  file:close()
end

-- Writing errors.

-- The code of google.rpc.Code for each HTTP status with which Envoy answers by itself; others are UNKNOWN.
local CODES = { [400] = 3, [404] = 12, [405] = 12, [413] = 8, [429] = 14,
                [500] = 13, [502] = 14, [503] = 14, [504] = 14 }

-- The longest text in an error; of a longer one, the beginning.
local MAX_TEXT_BYTES = 500

-- A text as JSON. What is not ASCII is written as in a URL, since it might be no UTF-8.
local function quoted(text)
  if #text > MAX_TEXT_BYTES then text = text:sub(1, MAX_TEXT_BYTES) .. "..." end
  text = text:gsub('["\\]', "\\%0"):gsub("%c", function(sign) return ("\\u%04x"):format(sign:byte()) end)
  return '"' .. text:gsub("[\128-\255]", function(byte) return ("%%%02X"):format(byte:byte()) end) .. '"'
end

-- A google.rpc.Status. Reason and field may be missing.
local function status(code, reason, field, description)
  local details = {}
  if reason then
    table.insert(details, '{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"' .. reason ..
                          '","domain":"hotline"}')
  end
  if field then
    table.insert(details, '{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":' ..
                          quoted(field) .. ',"description":' .. quoted(description) .. "}]}")
  end
  return '{"code":' .. code .. ',"message":' .. quoted(field and field .. ": " .. description or description) ..
         ',"details":[' .. table.concat(details, ",") .. "]}"
end

-- Reading the body.

-- Raises a table with what is wrong unless the text is one JSON object with fields of the type and nothing else.
local function check(text, type_name)
  local position = 1

  local function refuse(reason, field, description)
    error({ body = status(3, reason, field, description) })
  end

  local function expect(what)
    refuse("REQUEST_DAMAGED", nil,
           "the body is no JSON: " .. what .. " is missing at byte " .. position .. " of " .. #text)
  end

  -- Steps over what the pattern matches, and the blanks behind it. Returns whether it was there.
  local function take(pattern)
    local _, last = text:find("^" .. pattern .. "[ \t\r\n]*", position)
    if last then position = last + 1 end
    return last ~= nil
  end

  -- Steps over a string. Returns it as it is written, without its quotes.
  local function take_string()
    local first = position + 1
    position = first
    repeat
      position = text:match('^[^"\\%z\1-\31]*()', position)
      local behind = text:match('^\\["\\/bfnrt]()', position) or text:match("^\\u%x%x%x%x()", position)
      position = behind or position
    until not behind
    local last = position - 1
    if not take('"') then expect("the end of a string") end
    return text:sub(first, last)
  end

  local take_value

  local function take_object(name, path)
    local type, given = types[name], {}
    take("{")
    if take("}") then return end
    repeat
      if text:sub(position, position) ~= '"' then expect("the name of a field, in double quotes,") end
      local key = take_string()
      local field = type.fields[key]
      if not field then
        refuse("INVALID_FIELD", path .. key, "no field of " .. name:sub(2) .. "; allowed are: " .. type.names)
      elseif given[field] then
        refuse("INVALID_FIELD", path .. field.name, "given twice")
      end
      given[field] = true
      if not take(":") then expect('":"') end
      take_value(field, path .. field.name, nil)
    until not take(",")
    if not take("}") then expect('"," or "}"') end
  end

  -- With an index where the value is one of a list.
  function take_value(field, path, index)
    local sign = text:sub(position, position)
    if index and (sign == "{" or sign == "[") then path = path .. "[" .. index .. "]" end
    if sign == '"' then
      take_string()
    elseif sign == "{" then
      if not field.type then refuse("INVALID_FIELD", path, "an object, and not a single value") end
      take_object(field.type, path .. ".")
    elseif sign == "[" then
      if index or not field.is_list then refuse("INVALID_FIELD", path, "a list, and not a single value") end
      take("%[")
      if take("%]") then return end
      local next_index = 0
      repeat
        take_value(field, path, next_index)
        next_index = next_index + 1
      until not take(",")
      if not take("%]") then expect('"," or "]"') end
    elseif not take("[%w+.-]+") then  -- numbers, true, false and null: the transcoder knows how they are written
      expect("a value")
    end
  end

  take("")
  if text:sub(position, position) ~= "{" then expect("an object") end
  take_object(type_name, "")
  if position <= #text then expect("the end") end
end

-- What Envoy calls.

local function is_grpc(type)
  return type == "application/grpc" or type:sub(1, 17) == "application/grpc+"
end

function envoy_on_request(handle)
  local headers = handle:headers()
  -- A replica drops a whole connection for one "-bin" header that is no base64. Hotline reads none, so none is passed
  -- on.
  local binary = {}
  for name, _ in pairs(headers) do
    if name:sub(-4) == "-bin" then table.insert(binary, name) end
  end
  for _, name in ipairs(binary) do headers:remove(name) end
  if is_grpc(headers:get("content-type") or "") then return end

  local function answer(http_status, body)
    handle:respond({ [":status"] = http_status, ["content-type"] = "application/json" }, body)
  end

  local path = headers:get(":path"):match("^[^?]*")
  -- The transcoder takes other spellings of a path too, for which the body would not have been checked.
  local method = methods[path]
  if not method then return answer("404", status(12, nil, nil, "there is no method " .. path)) end
  if method.client_streaming then
    return answer("501", status(12, nil, nil, path .. " takes controls while it plays, as only gRPC can; " ..
                                              "StreamTimeline is for clients that only listen"))
  end
  local verb = headers:get(":method")
  if verb == "GET" then
    -- An EventSource, and a link, can do no other. The request is in the query, which the transcoder checks.
    headers:replace(":method", "POST")
  elseif verb ~= "POST" then
    return answer("405", status(12, nil, nil, verb .. " is not allowed; allowed are GET and POST"))
  end
  local body = handle:body()
  if not body or body:length() == 0 then return end
  local ok, fault = pcall(check, body:getBytes(0, body:length()), method.request)
  if ok then return end
  if fault.body then return answer("400", fault.body) end
  handle:logErr(tostring(fault))
  answer("500", status(13, nil, nil, "the JSON could not be read"))
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local http_status, type = headers:get(":status"), headers:get("content-type")
  if type == "application/json" and http_status == "200" and not headers:get("content-length") then
    -- A stream, one message a line: only what is complete has a length.
    headers:replace("content-type", "application/x-ndjson")
  elseif type == "text/plain" then
    -- Envoy's own words. Behind the first line comes a piece of the request.
    local body = handle:body()
    local description = body:getBytes(0, body:length()):match("^[^\n]*")
    local reason, field
    if http_status == "413" then
      description = "the request is too large; allowed are 64 KiB"  -- per_connection_buffer_limit_bytes
    elseif http_status == "400" then
      -- The transcoder begins with the field, or with nothing where it means a oneof.
      local path, rest = description:match("^([%w_.%[%]]*): (.*)$")
      field = path or description:match('^Could not find field "(.-)"')
      description = rest or description
      reason = field and "INVALID_FIELD" or "REQUEST_DAMAGED"
      if field == "" then field = nil end
    end
    local json = status(CODES[tonumber(http_status)] or 2, reason, field, description)
    handle:headers():replace("content-type", "application/json")
    handle:headers():replace("content-length", body:setBytes(json))
  end
end
