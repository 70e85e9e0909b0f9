# Run by CTest with `cmake -P`; CMakeLists.txt here says with which variables.
cmake_minimum_required(VERSION 3.25)

# run(COMMAND...): fails the test where the command fails.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}")
  endif()
endfunction()

# expect(WHAT ACTUAL PATTERN): fails the test where the text does not match.
function(expect what actual pattern)
  if(NOT actual MATCHES "${pattern}")
    message(FATAL_ERROR "${what} is:\n${actual}\nbut should match: ${pattern}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
set(prefix ${WORK_DIR}/prefix)
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix} --component development)
run(${CMAKE_COMMAND} -S ${CONSUMER_DIR} -B ${WORK_DIR}/build -G Ninja
    -D CMAKE_PREFIX_PATH=${prefix} -D QUICKSTART=${QUICKSTART})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
run(${PYTHON} ${CMAKE_CURRENT_LIST_DIR}/descriptors_test.py ${prefix}/share/hotline/proto)

execute_process(COMMAND ${WORK_DIR}/build/mocked RESULT_VARIABLE result OUTPUT_VARIABLE output)
expect("exit code of mocked" "${result}" "^0$")
expect("output of mocked" "${output}" "^hotline ${VERSION}: 1 message, 2 steps\n$")

# Without a server: a clear error, and an exit code that says so.
execute_process(COMMAND ${WORK_DIR}/build/quickstart unix:${WORK_DIR}/none
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error TIMEOUT 60)
expect("exit code without a server" "${result}" "^1$")
expect("output without a server" "${output}" "^$")
expect("error without a server" "${error}" "^UNAVAILABLE: gave up after 5 attempts: .*No such file or directory\n$")

# With one. It listens on a socket in the work folder, so that nothing has to be read from it.
set(socket unix:${WORK_DIR}/socket)
string(LENGTH "${WORK_DIR}/socket" length)
if(length GREATER 100)
  message(FATAL_ERROR "${WORK_DIR} is too long a path for a socket in it; build in another folder")
endif()
execute_process(COMMAND sh -c [[
  "$1" --listen="$2" 2>"$3/hotlined.log" & server=$!
  for attempt in 1 2 3 4 5 6 7 8 9 10; do "$4" "$2" >"$3/output" 2>"$3/error" && break; done
  result=$?; kill "$server"; wait "$server"; exit "$result"]]
  sh ${HOTLINED} ${socket} ${WORK_DIR} ${WORK_DIR}/build/quickstart
  RESULT_VARIABLE result TIMEOUT 120)
file(READ ${WORK_DIR}/output output)
file(READ ${WORK_DIR}/error error)
expect("exit code with a server" "${result} ${error}" "^0 ")
expect("output with a server" "${output}" "documents/kk-01  .*\n1962-10-2[0-9]T[^\n]*  EVENT_TYPE_[A-Z_]+  ")
