# SPDX-License-Identifier: MIT
#
# What a program does as it is called, for a check that sets PROGRAM, its file, and NAME, as which it speaks of itself; where needed
# RUNNER, which stands before it, and SECONDS, after which it hangs (20).

# expect(CODE TEXT ARGUMENTS...): it exits with CODE and prints what matches TEXT.
function(expect code text)
  set(timeout 20)
  if(SECONDS)
    set(timeout ${SECONDS})
  endif()
  execute_process(COMMAND ${RUNNER} ${PROGRAM} ${ARGN} RESULT_VARIABLE exited OUTPUT_VARIABLE output ERROR_VARIABLE output
    TIMEOUT ${timeout})
  if(NOT exited EQUAL code OR NOT output MATCHES "${text}")
    message(FATAL_ERROR "${NAME} ${ARGN}: expected ${code} and \"${text}\", got ${exited} and:\n${output}")
  endif()
endfunction()

# refused(TEXT ARGUMENTS...): it says why in one sentence at once, with exit code 2.
function(refused text)
  set(SECONDS 20)
  expect(2 "^${NAME}: [^\n]*${text}[^\n]*\\.\n$" ${ARGN})
endfunction()
