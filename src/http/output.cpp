// Gathers queued pieces into few writes and waits for slow readers with patience, but not forever.
#include "http/output.hpp"

#include <array>
#include <span>
#include <string_view>

namespace basekeeper::http {

namespace {

constexpr std::size_t most_pieces_at_once = 32;
constexpr std::size_t joined_bytes = 4'096; // smaller pieces are joined up to this size

} // namespace

output::output(io::executor where, net::wire& to, std::chrono::milliseconds patience, io::nursery& tasks)
    : to_(to), patience_(patience), tasks_(tasks), writable_(where), emptied_(where)
{}

void output::append(std::string bytes)
{
    if (broken_ || bytes.empty())
        return;
    queued_ += bytes.size();
    if (first_ < pieces_.size() && pieces_.back().size() + bytes.size() <= joined_bytes)
        pieces_.back() += bytes;
    else
        pieces_.push_back(std::move(bytes));
}

output::step output::send()
{
    while (queued_ > 0) {
        std::array<std::string_view, most_pieces_at_once> views;
        std::size_t count = 0;
        for (auto i = first_; i < pieces_.size() && count < views.size(); ++i)
            views[count++] = pieces_[i];
        views[0].remove_prefix(offset_);
        const auto moved = to_.write_now(std::span(views).first(count));
        if (moved.how == net::progress::blocked)
            return step::blocked;
        if (moved.how != net::progress::moved)
            return step::broken;
        advance(moved.bytes);
    }
    return step::done;
}

void output::advance(std::size_t sent)
{
    queued_ -= sent;
    offset_ += sent;
    while (first_ < pieces_.size() && offset_ >= pieces_[first_].size()) {
        offset_ -= pieces_[first_].size();
        std::string().swap(pieces_[first_]); // long queues give memory back as they go out
        ++first_;
    }
    if (queued_ == 0)
        forget();
}

void output::forget()
{
    queued_ = 0;
    first_ = 0;
    offset_ = 0;
    if (pieces_.capacity() > most_pieces_at_once)
        std::vector<std::string>().swap(pieces_);
    else
        pieces_.clear();
    emptied_.set();
}

void output::flush_now()
{
    if (broken_ || pumping_)
        return; // the pump sends in order
    switch (send()) {
    case step::done:
        break;
    case step::blocked:
        flush_soon();
        break;
    case step::broken:
        drop();
        break;
    }
}

void output::flush_soon()
{
    if (queued_ == 0 || std::exchange(pumping_, true))
        return;
    tasks_.spawn(pump());
}

io::task<> output::pump()
{
    co_await io::yield();
    while (!broken_) {
        const auto reached = send();
        if (reached == step::done)
            break;
        bool alive = reached == step::blocked;
        if (alive) {
            writable_.reset();
            to_.when_writable([this] { writable_.set(); });
            alive = (co_await writable_.wait(io::deadline::after(patience_))).has_value();
        }
        if (!alive)
            drop();
    }
    pumping_ = false;
}

void output::drop()
{
    if (std::exchange(broken_, true))
        return;
    forget();
    writable_.set();
    if (const auto tell = std::exchange(tell_, nullptr))
        tell();
}

io::task<> output::emptied()
{
    if (queued_ == 0)
        co_return;
    emptied_.reset();
    static_cast<void>(co_await emptied_.wait(io::deadline::never()));
}

} // namespace basekeeper::http
