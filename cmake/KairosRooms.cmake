# kairos_room(NAME USES room... LIBRARIES target...): src/NAME/*.cpp as objects that see only the rooms below.
# Rooms are objects so that a test of one room links that room and those below it, and nothing above: the linker keeps the order.
add_library(kairos_flags INTERFACE)
target_compile_options(kairos_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # The compiler collects its garbage from 1 GB on, not from 128 MB: a tenth of the time to compile Eigen.
  target_compile_options(kairos_flags INTERFACE --param=ggc-min-heapsize=1000000)
endif()
# Vectors of no fixed size (Arm SVE, RISC-V) fit neither structs nor arrays, which the kernels are made of.
target_compile_definitions(kairos_flags INTERFACE "HWY_DISABLED_TARGETS=(HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128|HWY_RVV)")
add_library(kairos_checks INTERFACE)  # of the rooms; of programs and tests only memory is checked
if(KAIROS_SANITIZE)
  target_compile_options(kairos_flags INTERFACE -g1 -fsanitize=address -fno-omit-frame-pointer -Wno-maybe-uninitialized)  # GCC 12 errs on it here
  # Null, misaligned and wild pointers are found by the address sanitizer where they are used; checking them too doubles the time to compile.
  target_compile_options(kairos_checks INTERFACE -O1 -fsanitize=undefined -fno-sanitize=null,alignment,pointer-overflow,object-size
                                                 -fno-sanitize-recover=all)
  # Eigen aligns memory by hand under the address sanitizer and by malloc otherwise: both kinds of objects are linked together.
  target_compile_definitions(kairos_flags INTERFACE EIGEN_MALLOC_ALREADY_ALIGNED=1)
  target_link_options(kairos_flags INTERFACE -fsanitize=address,undefined -fuse-ld=gold)  # links large programs in half the time
endif()

# Read once for all rooms instead of once a file: reading Eigen takes longer than compiling most files.
set(KAIROS_EVERYWHERE <Eigen/Core> <algorithm> <cmath> <cstdint> <functional> <map> <memory> <optional> <span> <string> <vector>)

# With CMAKE_UNITY_BUILD (set by the scripts for folders that nobody edits and builds again) so many files of a room are compiled at a time.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)

function(kairos_room name)
  cmake_parse_arguments(R "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(room_${name} OBJECT ${sources})
  # Compiled alone even where CMAKE_UNITY_BUILD compiles several files at a time: kernels, which include themselves once for every
  # instruction set, and the table of options, whose names are short.
  foreach(source ${sources})
    file(STRINGS ${source} alone REGEX "foreach_target|The table of all options" LIMIT_COUNT 1)
    if(alone)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
  set_target_properties(room_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON LINKER_LANGUAGE CXX)
  target_include_directories(room_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>)
  target_link_libraries(room_${name} PRIVATE kairos_flags kairos_checks)
  if(name STREQUAL base)
    target_precompile_headers(room_base PRIVATE ${KAIROS_EVERYWHERE})
  else()
    target_precompile_headers(room_${name} REUSE_FROM room_base)
  endif()
  set(below ${R_USES})
  set(libraries ${R_LIBRARIES})
  foreach(room ${R_USES})
    get_target_property(deeper room_${room} KAIROS_BELOW)
    get_target_property(inherited room_${room} KAIROS_LIBRARIES)
    list(APPEND below ${deeper})
    list(APPEND libraries ${inherited})
  endforeach()
  list(REMOVE_DUPLICATES below)
  list(REMOVE_DUPLICATES libraries)
  set_target_properties(room_${name} PROPERTIES KAIROS_BELOW "${below}" KAIROS_LIBRARIES "${libraries}")
  target_link_libraries(room_${name} PUBLIC ${libraries})
endfunction()

# kairos_use_room(TARGET ROOM): links the objects of a room and of all rooms below it.
function(kairos_use_room target room)
  get_target_property(below room_${room} KAIROS_BELOW)
  get_target_property(libraries room_${room} KAIROS_LIBRARIES)
  foreach(r ${room} ${below})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:room_${r}>)
  endforeach()
  target_link_libraries(${target} PRIVATE kairos_flags ${libraries})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/include)
endfunction()
