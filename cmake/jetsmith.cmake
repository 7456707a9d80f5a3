# SPDX-License-Identifier: Apache-2.0
# How the parts of the project become targets. Files are found by their folder, so that adding a
# model, a reader or a test needs no edit here.

# g++ 12 sees overlaps and overflows in std::string and fmt that are not there (GCC bug 105651).
set(JETSMITH_WARNINGS -Wall -Wextra -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)

# Uses the precompiled header for the sources that reach LibTorch; the others compile faster
# without it.
function(jetsmith_precompile target)
  target_precompile_headers(${target} ${ARGN})
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    if(source MATCHES "/(core|analysis|cli)/[^/]*\\.cpp$" AND NOT source MATCHES "/tests/")
      set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()

# The sources below core/ and datasets/hdf5/ that need no LibTorch: compiled once, without its
# headers, for the library and for the programs that start in a moment (jetsmith_vet) or are to be
# small (tests/damage, tests/fuzz).
function(jetsmith_plain_objects)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/core/*.cpp"
                                      "${PROJECT_SOURCE_DIR}/datasets/hdf5/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/(core/(device|cuda_plugin|torch_threads)|[a-z_]*main)\\.cpp$")
  add_library(jetsmith_plain OBJECT ${sources})
  target_include_directories(jetsmith_plain PUBLIC "${PROJECT_SOURCE_DIR}")
  target_compile_options(jetsmith_plain PRIVATE ${JETSMITH_WARNINGS})
  set_source_files_properties("${PROJECT_SOURCE_DIR}/core/version.cpp" PROPERTIES COMPILE_DEFINITIONS
    "JETSMITH_VERSION=\"${PROJECT_VERSION}\";JETSMITH_GIT=\"${JETSMITH_GIT}\"")
  target_link_libraries(jetsmith_plain PUBLIC jetsmith_plain_dependencies)
endfunction()

# One shared library from the .cpp files of the given folders (main programs and plug-in code left
# out).
function(jetsmith_library)
  get_target_property(plain jetsmith_plain SOURCES)
  set(sources "")
  foreach(folder ${ARGN})
    file(GLOB_RECURSE found CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/*.cpp")
    list(FILTER found EXCLUDE REGEX "/([a-z_]*main\\.cpp|cuda/[^/]*)$")
    list(REMOVE_ITEM found ${plain})
    list(APPEND sources ${found})
  endforeach()
  add_library(jetsmith SHARED ${sources})
  target_include_directories(jetsmith PUBLIC "${PROJECT_SOURCE_DIR}")
  foreach(source ${sources})
    if(source MATCHES "/kernels/")
      set_source_files_properties("${source}" PROPERTIES COMPILE_OPTIONS -O3
                                  SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
  target_compile_options(jetsmith PRIVATE ${JETSMITH_WARNINGS})
  # LibTorch's threads are OpenMP's; the one file that hands work to them is compiled with it.
  set_source_files_properties("${PROJECT_SOURCE_DIR}/core/torch_threads.cpp" PROPERTIES
                              COMPILE_OPTIONS "${OpenMP_CXX_FLAGS}")
  target_link_libraries(jetsmith PRIVATE ${OpenMP_CXX_LIBRARIES})
  target_link_libraries(jetsmith PUBLIC jetsmith_dependencies PRIVATE jetsmith_plain)
  jetsmith_precompile(jetsmith PRIVATE "${PROJECT_SOURCE_DIR}/cmake/precompiled.h")
  set_target_properties(jetsmith PROPERTIES INSTALL_RPATH "$ORIGIN;${JETSMITH_LIBTORCH}/lib")
endfunction()

# libjetsmith_cuda.so: the .cu files by nvcc (C++17, no torch in sight) and the host code below
# core/cuda by the C++ compiler. Opened at run time; the program never links it.
function(jetsmith_cuda_plugin)
  if(NOT JETSMITH_CUDA OR NOT CMAKE_CUDA_COMPILER)
    return()
  endif()
  file(GLOB_RECURSE kernels CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/kernels/*.cu")
  file(GLOB host CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/core/cuda/*.cpp")
  add_library(jetsmith_cuda SHARED ${kernels} ${host})
  set_target_properties(jetsmith_cuda PROPERTIES CUDA_STANDARD 17 CUDA_RUNTIME_LIBRARY Shared
                        CUDA_ARCHITECTURES "${JETSMITH_CUDA_ARCHITECTURES}"
                        INSTALL_RPATH "$ORIGIN;${JETSMITH_LIBTORCH}/lib")
  target_compile_options(jetsmith_cuda PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${JETSMITH_WARNINGS}>
                         $<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr>)
  target_include_directories(jetsmith_cuda SYSTEM PRIVATE ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES})
  target_link_libraries(jetsmith_cuda PRIVATE jetsmith jetsmith_torch_cuda)
endfunction()

# One executable per folder of tests/ and one ctest entry; what needs a GPU is named *Cuda* and
# becomes a second entry labelled gpu, skipped with its reason where there is none; what takes long
# is named *Soak* and becomes one labelled soak. Libraries are linked besides.
function(jetsmith_tests folder label)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${folder}/*_test.cpp")
  if(NOT sources)
    return()
  endif()
  jetsmith_test_support_library()
  add_executable(${folder}_test ${sources})
  set_target_properties(${folder}_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_precompile_headers(${folder}_test REUSE_FROM jetsmith_test_support)
  target_link_libraries(${folder}_test PRIVATE ${ARGN} jetsmith_test_support)
  add_dependencies(${folder}_test jetsmith_program)
  set(program "JETSMITH_PROGRAM=$<TARGET_FILE:jetsmith_program>"
              "JETSMITH_CACHE_DIR=${PROJECT_BINARY_DIR}/test_cache")
  add_test(NAME ${folder} COMMAND ${folder}_test --gtest_filter=-*Cuda*:*Soak*)
  set_tests_properties(${folder} PROPERTIES LABELS "${label}" TIMEOUT 1800
                       ENVIRONMENT "CUDA_VISIBLE_DEVICES=;${program}")
  jetsmith_tests_named(${folder} Cuda gpu 900 "${program}" ${sources})
  jetsmith_tests_named(${folder} Soak soak 14400 "CUDA_VISIBLE_DEVICES=;${program}" ${sources})
endfunction()

# A ctest entry <folder>.<label> for the tests of the sources whose names contain `word`.
function(jetsmith_tests_named folder word label timeout environment)
  foreach(source ${ARGN})
    file(STRINGS "${source}" found REGEX "^TEST.*${word}")
    if(found)
      add_test(NAME ${folder}.${label} COMMAND ${folder}_test --gtest_filter=*${word}*)
      set_tests_properties(${folder}.${label} PROPERTIES LABELS ${label} RESOURCE_LOCK ${label}
                           TIMEOUT ${timeout} ENVIRONMENT "${environment}")
      if(label STREQUAL gpu)
        set_tests_properties(${folder}.gpu PROPERTIES
                             SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
      endif()
      return()
    endif()
  endforeach()
endfunction()

# What the tests share, and the precompiled header that all of them use.
function(jetsmith_test_support_library)
  if(TARGET jetsmith_test_support)
    return()
  endif()
  file(GLOB support CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/support/*.cpp")
  add_library(jetsmith_test_support STATIC ${support})
  set_target_properties(jetsmith_test_support PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  # One file alone knows where this tree lies, so that others come out of a compiler cache anywhere.
  set_source_files_properties("${PROJECT_SOURCE_DIR}/tests/support/paths.cpp" PROPERTIES
                              COMPILE_DEFINITIONS JETSMITH_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_compile_options(jetsmith_test_support PUBLIC ${JETSMITH_WARNINGS} $<$<CONFIG:Release>:-O1>)
  target_link_libraries(jetsmith_test_support PUBLIC jetsmith GTest::gmock)
  target_precompile_headers(jetsmith_test_support PRIVATE
                            "${PROJECT_SOURCE_DIR}/cmake/precompiled.h" <gmock/gmock.h>)
endfunction()

# One executable per file of benchmarks/.
function(jetsmith_benchmarks)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/benchmarks/*_bench.cpp")
  foreach(source ${sources})
    get_filename_component(stem "${source}" NAME_WE)
    add_executable(${stem} "${source}")
    target_compile_options(${stem} PRIVATE ${JETSMITH_WARNINGS})
    target_link_libraries(${stem} PRIVATE jetsmith benchmark::benchmark)
  endforeach()
endfunction()
