# kairos_add_test(ROOM/NAME [RANKS 1 2 3] [TIMEOUT seconds] [LABELS ...]): tests/ROOM/NAME_test.cpp as one GoogleTest program,
# registered as ROOM/NAME. With RANKS it gets the main of tests/support/mpi_main.cpp and is registered once per rank count, as
# ROOM/NAME_np1, ROOM/NAME_np2, ... under mpirun (label mpi), with a time limit after which a deadlock counts as a failure.
# KAIROS_MPI_ENVIRONMENT is what any test under mpirun needs: root in a container, more ranks than cores (where ranks that
# wait must yield), and no binding, since parallel tests would all be bound to the first core.
find_package(GTest REQUIRED)
set(CMAKE_UNITY_BUILD OFF)  # one program a file
set(KAIROS_MPI_ENVIRONMENT
    OMPI_ALLOW_RUN_AS_ROOT=1
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    OMPI_MCA_rmaps_base_oversubscribe=1
    OMPI_MCA_mpi_yield_when_idle=1
    OMPI_MCA_hwloc_base_binding_policy=none)

# Defaults and suppressions of the sanitizers; suppressed leaks of the MPI library are known by their whole call stack.
if(KAIROS_SANITIZE)
  list(APPEND KAIROS_MPI_ENVIRONMENT ASAN_OPTIONS=fast_unwind_on_malloc=0)
  add_library(sanitizer_options OBJECT ${CMAKE_SOURCE_DIR}/tests/support/sanitizer_options.cpp)
  target_link_libraries(sanitizer_options PRIVATE kairos_flags)
endif()
function(kairos_add_sanitizer_options target)
  if(KAIROS_SANITIZE)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:sanitizer_options>)
  endif()
endfunction()
kairos_add_sanitizer_options(kairos)

# KAIROS_TEST_OBJECTS: another build of this source, whose test objects are linked instead of compiling them again. A build with sanitizers
# looks at the rooms; it links their objects first, so that functions that both have are the checked ones.
set(KAIROS_TEST_OBJECTS "" CACHE PATH "A build folder whose objects of unit tests are used")

# kairos_add_objects(TARGET FOLDER SOURCE...): what KAIROS_TEST_OBJECTS holds of these sources of tests/.
function(kairos_add_objects target folder)
  foreach(source ${ARGN})
    set(object ${KAIROS_TEST_OBJECTS}/${folder}/${source}.o)
    set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    target_sources(${target} PRIVATE ${object})
  endforeach()
endfunction()

# References shared by tests of all rooms: they call nothing of any room.
set(KAIROS_SHARED_HELPERS tests/support/consistent.cpp tests/support/dense.cpp)
list(TRANSFORM KAIROS_SHARED_HELPERS PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE sources)
add_library(test_support OBJECT EXCLUDE_FROM_ALL ${sources})
target_include_directories(test_support PRIVATE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/include)
target_link_libraries(test_support PRIVATE kairos_flags Eigen3::Eigen GTest::gtest)
# What is tested keeps its optimisation and its checks; the tests themselves compile faster, for that is most of the time to build. Rooms
# are linked first, so that of functions that both have theirs are taken.
# Frame pointers are what the address sanitizer follows at every allocation.
set(KAIROS_TEST_OPTIONS -O0 -fno-omit-frame-pointer)
target_compile_options(test_support PRIVATE ${KAIROS_TEST_OPTIONS})
# References that work on large matrices or many samples.
set(KAIROS_LONG_REFERENCES tests/support/dense.cpp tests/law/dense_law.cpp tests/dynamics/brute_force.cpp tests/dynamics/transition_laws.cpp
                           tests/phases/plain_drift.cpp tests/phases/class_brute_force.cpp)
list(TRANSFORM KAIROS_LONG_REFERENCES PREPEND ${CMAKE_SOURCE_DIR}/)
set_source_files_properties(${KAIROS_LONG_REFERENCES} PROPERTIES COMPILE_OPTIONS -O1 SKIP_PRECOMPILE_HEADERS ON)
target_precompile_headers(test_support PRIVATE ${KAIROS_EVERYWHERE} <gtest/gtest.h>)

# kairos_room_helpers(ROOM NAME...): tests/ROOM/NAME.cpp, references that call the room itself or those below it. Tests of this room
# and of those above link them; tests of lower rooms do not have what they call.
function(kairos_room_helpers room)
  list(TRANSFORM ARGN PREPEND tests/${room}/ OUTPUT_VARIABLE names)
  list(TRANSFORM names APPEND .cpp)
  set(KAIROS_HELPERS_${room} ${names} PARENT_SCOPE)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/tests/${room}/ OUTPUT_VARIABLE sources)
  list(TRANSFORM sources APPEND .cpp)
  get_target_property(libraries room_${room} KAIROS_LIBRARIES)
  add_library(test_support_${room} OBJECT EXCLUDE_FROM_ALL ${sources})
  target_include_directories(test_support_${room} PRIVATE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(test_support_${room} PRIVATE kairos_flags ${libraries} GTest::gtest)
  target_compile_options(test_support_${room} PRIVATE ${KAIROS_TEST_OPTIONS})
  target_precompile_headers(test_support_${room} REUSE_FROM test_support)
endfunction()
kairos_room_helpers(law dense_law)
kairos_room_helpers(dynamics brute_force many_data softmax_checks steps transition_laws)
kairos_room_helpers(measure scene journey)
kairos_room_helpers(phases laws class_brute_force plain_drift diagram_checks)

# kairos_use_helpers(TARGET ROOM): links the helpers of a room and of all rooms below it.
function(kairos_use_helpers target room)
  get_target_property(below room_${room} KAIROS_BELOW)
  if(KAIROS_TEST_OBJECTS)
    kairos_add_objects(${target} CMakeFiles/test_support.dir ${KAIROS_SHARED_HELPERS})
  else()
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:test_support>)
  endif()
  foreach(r ${room} ${below})
    if(TARGET test_support_${r} AND KAIROS_TEST_OBJECTS)
      kairos_add_objects(${target} CMakeFiles/test_support_${r}.dir ${KAIROS_HELPERS_${r}})
    elseif(TARGET test_support_${r})
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:test_support_${r}>)
    endif()
  endforeach()
endfunction()

function(kairos_register_ranks path target ranks timeout labels)
  foreach(n ${ranks})
    add_test(NAME ${path}_np${n} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${n} ${MPIEXEC_PREFLAGS}
                                         $<TARGET_FILE:${target}> ${MPIEXEC_POSTFLAGS})
    set_tests_properties(${path}_np${n} PROPERTIES PROCESSORS ${n} TIMEOUT ${timeout} LABELS "mpi;${labels}"
                                                   ENVIRONMENT "${KAIROS_MPI_ENVIRONMENT}")
  endforeach()
endfunction()

add_custom_target(unit_tests)  # all that needs no mpirun: what the sanitizers look at

set(KAIROS_LONGEST_ROOMS phases dynamics measure)

# kairos_add_objects_test(ROOM/NAME): into the one program of all unit tests of the room, made of objects of another build.
function(kairos_add_objects_test path)
  get_filename_component(room ${path} DIRECTORY)
  string(REPLACE "/" "_" name ${path})
  if(NOT TARGET ${room}_tests)
    add_executable(${room}_tests)
    set_target_properties(${room}_tests PROPERTIES LINKER_LANGUAGE CXX)
    kairos_use_room(${room}_tests ${room})
    kairos_add_sanitizer_options(${room}_tests)
    kairos_use_helpers(${room}_tests ${room})
    target_link_libraries(${room}_tests PRIVATE GTest::gtest_main)
    add_dependencies(unit_tests ${room}_tests)
    add_test(NAME ${room} COMMAND ${room}_tests)
    set_tests_properties(${room} PROPERTIES TIMEOUT 900 LABELS unit)
    # What takes longest starts first, so that no processor waits for it in the end.
    list(FIND KAIROS_LONGEST_ROOMS ${room} place)
    if(place GREATER_EQUAL 0)
      math(EXPR cost "900 - ${place}")
      set_tests_properties(${room} PROPERTIES COST ${cost})
    endif()
  endif()
  kairos_add_objects(${room}_tests tests/CMakeFiles/${name}_test.dir ${path}_test.cpp)
endfunction()

function(kairos_add_test path)
  cmake_parse_arguments(T "" "TIMEOUT" "RANKS;LABELS" ${ARGN})
  if(KAIROS_TEST_OBJECTS AND NOT T_RANKS)
    kairos_add_objects_test(${path})
    return()
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  get_filename_component(room ${path} DIRECTORY)
  string(REPLACE "/" "_" name ${path})
  set(target ${name}_test)
  add_executable(${target})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  kairos_use_room(${target} ${room})
  target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests/${path}_test.cpp)
  target_precompile_headers(${target} REUSE_FROM test_support)
  kairos_add_sanitizer_options(${target})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE GTest::gtest)
  kairos_use_helpers(${target} ${room})
  target_compile_options(${target} PRIVATE ${KAIROS_TEST_OPTIONS})
  if(T_RANKS)
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/mpi_main.cpp)
    kairos_register_ranks(${path} ${target} "${T_RANKS}" ${T_TIMEOUT} "${T_LABELS}")
  else()
    target_link_libraries(${target} PRIVATE GTest::gtest_main)
    add_dependencies(unit_tests ${target})
    add_test(NAME ${path} COMMAND ${target})
    set_tests_properties(${path} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "unit;${T_LABELS}")
  endif()
endfunction()
