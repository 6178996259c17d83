// The page that shows one instance as a card.
#include "features/instances/tools/instance_card_html.hpp"
#include "features/instances/tools/tools.hpp"
#include "mcp/app.hpp"

namespace basekeeper::instances::tools {

mcp::resource instance_card()
{
    return mcp::make_app(
        {.uri = std::string(instance_card_uri),
         .name = "instance-card",
         .title = "Instance as a card",
         .description = "Shows what get_instance tells of an instance.",
         .group = "instances"},
        instance_card_html
    );
}

} // namespace basekeeper::instances::tools
