// One operation per instance at a time, across processes.
#pragma once

#include "base/result.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"

#include <filesystem>
#include <utility>

namespace basekeeper::local {

/// A lock on a file, released with the object and by the kernel when the process dies.
class instance_lock
{
public:
    /// Waits until nobody else holds it. Fails with conflict when the deadline passes first.
    static io::task<result<instance_lock>> acquire(std::filesystem::path file, io::deadline until);

    instance_lock(instance_lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

    instance_lock& operator=(instance_lock&&) = delete;
    ~instance_lock();

private:
    explicit instance_lock(int file) : file_(file) {}

    int file_;
};

} // namespace basekeeper::local
