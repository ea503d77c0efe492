# SPDX-License-Identifier: MIT
#
# The scripts for more machines: the merged files are one process's, also after a shard was killed and done again alone. SCRIPTS is their
# folder; without GNU parallel that half is skipped. Slurm's script is run as Slurm runs it, and by Slurm itself where it answers.

cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
file(WRITE ${WORK}/small.json [[{
  "about": "small", "seconds": 0.2, "seeds": 4, "sweep": [{"of": "/machine/processors", "values": [1, 2]}],
  "machine": {"processors": 1, "quantum_us": 100},
  "groups": [{"name": "a", "agents": 20, "value": {"uniform": {"from": 1, "to": 1000}}, "run_us": 50, "sleep_us": {"exponential": {"mean": 500}}}],
  "policies": ["market/tournament_tree", "gumbel", "eevdf"]
}]])

function(run code text)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE exited OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 100)
  if(NOT exited EQUAL code OR NOT output MATCHES "${text}")
    message(FATAL_ERROR "${ARGN}: expected ${code} and \"${text}\", got ${exited} and:\n${output}")
  endif()
endfunction()

function(same_as_one_process folder)
  foreach(file results.csv summary.csv groups.csv)
    file(READ ${WORK}/one/small/${file} a)
    file(READ ${folder}/small/${file} b)
    if(NOT a STREQUAL b)
      message(FATAL_ERROR "${file} in ${folder} is not one process's")
    endif()
  endforeach()
endfunction()

# What is left of a shard that was killed in the middle of a line.
function(kill_shard file)
  file(READ ${file} whole)
  string(LENGTH "${whole}" length)
  math(EXPR half "${length} / 2")
  string(SUBSTRING "${whole}" 0 ${half} killed)
  file(WRITE ${file} "${killed}")
endfunction()

run(0 "summary.csv" ${SIM} ${WORK}/small.json --out ${WORK}/one)

find_program(shellcheck shellcheck)
foreach(script shards.sh shards.slurm)
  run(0 "" sh -n ${SCRIPTS}/${script})
  if(shellcheck)
    run(0 "" ${shellcheck} -s sh ${SCRIPTS}/${script})
  endif()
endforeach()

# As Slurm calls it.
set(as_slurm ${CMAKE_COMMAND} -E env SIM=${SIM} EXPERIMENT=${WORK}/small.json OUT=${WORK}/slurm SLURM_CPUS_PER_TASK=2)
foreach(task 1 2 3)
  run(0 "Shard ${task}/3 is complete" ${as_slurm} SLURM_ARRAY_TASK_ID=${task} SLURM_ARRAY_TASK_COUNT=3 sh ${SCRIPTS}/shards.slurm)
endforeach()
kill_shard(${WORK}/slurm/small/shard-3-of-3.jsonl)
run(1 "run shard 3/3 again" ${as_slurm} SHARDS=3 SLURM_ARRAY_TASK_ID=0 sh ${SCRIPTS}/shards.slurm)
run(0 "[1-9] runs were there from before.*Shard 3/3" ${as_slurm} SHARDS=3 SLURM_ARRAY_TASK_ID=3 sh ${SCRIPTS}/shards.slurm)
run(0 "summary.csv" ${as_slurm} SHARDS=3 SLURM_ARRAY_TASK_ID=0 sh ${SCRIPTS}/shards.slurm)
same_as_one_process(${WORK}/slurm)
run(2 "SIM.*is the program" ${CMAKE_COMMAND} -E env --unset=SIM SLURM_ARRAY_TASK_ID=1 sh ${SCRIPTS}/shards.slurm)

# By Slurm itself, where its nodes answer.
find_program(sbatch sbatch)
find_program(sinfo sinfo)
set(slurm_said "Slurm has no node here: its script was run as Slurm would")
if(sbatch AND sinfo)
  execute_process(COMMAND ${sinfo} --noheader --states=idle --format=%D RESULT_VARIABLE exited OUTPUT_VARIABLE nodes ERROR_QUIET TIMEOUT 20)
  if(exited EQUAL 0 AND nodes MATCHES "[1-9]")
    set(by_slurm ${CMAKE_COMMAND} -E env SIM=${SIM} EXPERIMENT=${WORK}/small.json OUT=${WORK}/sbatch ${sbatch} --wait --cpus-per-task=1
      --chdir=${WORK})
    run(0 "" ${by_slurm} --array=1-2 ${SCRIPTS}/shards.slurm)
    run(0 "" ${by_slurm} --array=0 --export=ALL,SHARDS=2 ${SCRIPTS}/shards.slurm)
    same_as_one_process(${WORK}/sbatch)
    set(slurm_said "Slurm ran its script")
  endif()
endif()
message("${slurm_said}")

find_program(parallel parallel)
if(NOT parallel)
  run(1 "is not installed" ${CMAKE_COMMAND} -E env PATH=/nowhere /bin/sh ${SCRIPTS}/shards.sh ${SIM} ${WORK}/small.json 3 ${WORK}/parallel)
  message("skipped: GNU parallel (Debian: parallel) is not installed, so nobody has run shards.sh")
  return()
endif()
set(by_parallel sh ${SCRIPTS}/shards.sh ${SIM} ${WORK}/small.json 3 "${WORK}/in parallel")
run(0 "summary.csv" ${by_parallel})
same_as_one_process("${WORK}/in parallel")
kill_shard("${WORK}/in parallel/small/shard-2-of-3.jsonl")
run(0 "[1-9] runs were there from before.*Shard 2/3 is complete.*summary.csv" ${by_parallel})
same_as_one_process("${WORK}/in parallel")
run(1 "" sh ${SCRIPTS}/shards.sh /bin/false ${WORK}/small.json 3 ${WORK}/parallel)
run(2 "usage" sh ${SCRIPTS}/shards.sh)
