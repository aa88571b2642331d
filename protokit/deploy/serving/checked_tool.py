"""A tool that says in words which of its arguments is wrong: the protocol's library passes on what its parser wrote."""

from typing import Any

from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from pydantic import ValidationError


class CheckedTool(Tool):
    """Refuses an argument that it does not take, one that is missing and one that is of another kind, by its name."""

    async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:
        """Call the tool. Raises ToolError, which tells the caller what to correct."""
        names = list(self.parameters["properties"])
        if unknown := [name for name in arguments if name not in names]:
            raise ToolError(f'{self.name} takes no argument "{unknown[0][:60]}", only {", ".join(names)}.')
        try:
            self.fn_metadata.validate_arguments(arguments)
        except ValidationError as problem:
            raise ToolError(" ".join(map(_told, problem.errors()))) from None
        return await super().run(arguments, context, convert_result)


def _told(error: Any) -> str:
    """One fault: the argument, and what is wrong with it."""
    name = ".".join(map(str, error["loc"]))
    what = "is missing" if error["type"] == "missing" else error["msg"][:1].lower() + error["msg"][1:]
    return f"{name}: {what}."
