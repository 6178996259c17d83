// The list of these tools.
#include "features/jobs/tools/tools.hpp"

namespace basekeeper::jobs::tools {

void add_all(mcp::registry& to, const services& s)
{
    to.add(list_jobs(s));
    to.add(get_job(s));
    to.add(cancel_job(s));
    to.add(resume_job(s));
}

} // namespace basekeeper::jobs::tools
