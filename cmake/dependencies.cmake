# SPDX-License-Identifier: Apache-2.0
# Everything from outside, behind three interface targets: jetsmith_plain_dependencies (what needs no
# LibTorch), jetsmith_dependencies (the program) and jetsmith_torch_cuda (the CUDA plug-in).
find_package(Threads REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
find_package(HDF5 REQUIRED COMPONENTS C)
find_library(JETSMITH_BLOSC blosc REQUIRED)
find_package(ZLIB REQUIRED)
if(JETSMITH_TESTS)
  find_package(GTest REQUIRED)
endif()
if(JETSMITH_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()

# LibTorch's own package file would override architectures and flags and insist on nvcc; these few
# lines do not.
if(NOT EXISTS "${JETSMITH_LIBTORCH}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "LibTorch was not found in ${JETSMITH_LIBTORCH}. Run scripts/setup, or set "
                      "-DJETSMITH_LIBTORCH=<folder that holds lib/ and include/>.")
endif()
add_library(jetsmith_torch INTERFACE)
target_include_directories(jetsmith_torch SYSTEM INTERFACE
  "${JETSMITH_LIBTORCH}/include" "${JETSMITH_LIBTORCH}/include/torch/csrc/api/include")
target_link_libraries(jetsmith_torch INTERFACE
  "${JETSMITH_LIBTORCH}/lib/libtorch_cpu.so" "${JETSMITH_LIBTORCH}/lib/libc10.so")
target_link_options(jetsmith_torch INTERFACE -Wl,--allow-shlib-undefined)

# LibTorch's include folder carries another fmt, which would shadow the system's and break spdlog:
# a folder with nothing but a link to the system's headers goes first.
find_path(JETSMITH_FMT_INCLUDE fmt/core.h PATHS /usr/include NO_DEFAULT_PATH REQUIRED)
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/system_headers")
file(CREATE_LINK "${JETSMITH_FMT_INCLUDE}/fmt" "${PROJECT_BINARY_DIR}/system_headers/fmt" SYMBOLIC)

add_library(jetsmith_plain_dependencies INTERFACE)
target_include_directories(jetsmith_plain_dependencies SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(jetsmith_plain_dependencies INTERFACE
  fmt::fmt spdlog::spdlog yaml-cpp nlohmann_json::nlohmann_json ${HDF5_C_LIBRARIES}
  "${JETSMITH_BLOSC}" ZLIB::ZLIB Threads::Threads ${CMAKE_DL_LIBS})

add_library(jetsmith_dependencies INTERFACE)
target_include_directories(jetsmith_dependencies BEFORE INTERFACE
  "${PROJECT_BINARY_DIR}/system_headers")
target_link_libraries(jetsmith_dependencies INTERFACE
  jetsmith_plain_dependencies jetsmith_torch CLI11::CLI11 PkgConfig::hwy)

if(JETSMITH_CUDA AND EXISTS "${JETSMITH_LIBTORCH}/lib/libtorch_cuda.so")
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    set(CMAKE_CUDA_ARCHITECTURES "${JETSMITH_CUDA_ARCHITECTURES}")
    enable_language(CUDA)
    add_library(jetsmith_torch_cuda INTERFACE)
    target_link_libraries(jetsmith_torch_cuda INTERFACE -Wl,--no-as-needed
      "${JETSMITH_LIBTORCH}/lib/libtorch_cuda.so" "${JETSMITH_LIBTORCH}/lib/libc10_cuda.so"
      -Wl,--as-needed)
  endif()
endif()
