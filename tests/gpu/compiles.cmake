# SPDX-License-Identifier: MIT
#
# SOURCE compiles by nvcc for sm_80 and sm_90 without a warning.

if(NOT NVCC)
  message("skipped: nvcc is not here")
  return()
endif()
file(MAKE_DIRECTORY ${WORK})
execute_process(
  COMMAND ${NVCC} -std=c++20 --expt-relaxed-constexpr -gencode=arch=compute_80,code=sm_80 -gencode=arch=compute_90,code=sm_90
    -Werror all-warnings -Xcompiler -Wall,-Wextra,-Wshadow -I${ROOT}/include -I${ROOT}/tests -x cu ${ROOT}/${SOURCE}
    -c -o ${WORK}/object.o
  RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(code)
  message(FATAL_ERROR "${SOURCE} doesn't compile:\n${said}")
endif()
