# kairos_add_test(ROOM/NAME [RANKS 1 2 3] [TIMEOUT seconds] [LABELS ...]): tests/ROOM/NAME_test.cpp as one GoogleTest program.
# With RANKS it runs under mpirun, once per rank count, with tests/support/mpi_main.cpp; else alone.
find_package(GTest REQUIRED)

function(kairos_add_test path)
  cmake_parse_arguments(T "" "TIMEOUT" "RANKS;LABELS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  get_filename_component(room ${path} DIRECTORY)
  string(REPLACE "/" "_" name ${path})
  add_executable(${name}_test ${CMAKE_SOURCE_DIR}/tests/${path}_test.cpp)
  kairos_use_room(${name}_test ${room})
  target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name}_test PRIVATE GTest::gtest)
  target_link_libraries(${name}_test PRIVATE GTest::gtest_main)
  add_test(NAME ${path} COMMAND ${name}_test)
  set_tests_properties(${path} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "unit;${T_LABELS}")
endfunction()
