"""The look of the explorer in a notebook: JupyterLab's own colours, light and dark."""

from __future__ import annotations

from typing import Any

from shnor_lib.report.display import Chart
from shnor_lib.report.theme import STATUS_COLOURS

_BADGES = "".join(
    f".shnor-explore .status-{code}::before{{color:{colour}}}"
    for code, colour in STATUS_COLOURS.items()
)

CSS = f"""<style>
.shnor-explore{{font-size:14px;line-height:1.4}}
.shnor-explore .widget-html-content{{line-height:1.4;white-space:normal}}
.shnor-explore .widget-html{{height:auto}}
.shnor-explore .shnor-label{{font-weight:600}}
.shnor-explore .shnor-summary{{font-size:15px}}
.shnor-explore .shnor-summary p,.shnor-explore .shnor-note p{{margin:0 0 .35em}}
.shnor-explore .shnor-note{{color:var(--jp-ui-font-color2,#52606d)}}
.shnor-explore .shnor-problem{{border-left:4px solid #d55e00;padding:.3em .8em}}
.shnor-explore .shnor-done{{border-left:4px solid #2a9d78;padding:.3em .8em}}
.shnor-explore .shnor-table-wrap{{overflow:auto;max-height:46em;margin:0 0 1em}}
.shnor-explore table{{border-collapse:collapse;font-size:13px;width:100%}}
.shnor-explore caption{{text-align:left;font-weight:600;padding:.3em 0}}
.shnor-explore th,.shnor-explore td{{text-align:left;vertical-align:top;padding:.25em .5em;
border-bottom:1px solid var(--jp-border-color2,#e1e6eb)}}
.shnor-explore thead th{{position:sticky;top:0;background:var(--jp-layout-color1,#fff)}}
.shnor-explore tbody th{{font-weight:400;min-width:10em}}
.shnor-explore .num{{text-align:right}}
.shnor-explore td.num{{white-space:nowrap}}
.shnor-explore small{{color:var(--jp-ui-font-color2,#52606d)}}
.shnor-explore .shnor-badge{{white-space:nowrap}}
.shnor-explore .shnor-badge::before{{content:"\\25CF\\00A0"}}
{_BADGES}
.shnor-explore .widget-toggle-buttons{{flex-wrap:wrap}}
.shnor-explore .widget-toggle-button{{height:auto;min-height:28px;white-space:normal;
text-align:left;line-height:1.3;padding:3px 10px}}
.shnor-explore .widget-toggle-button.mod-active{{background:var(--jp-brand-color1,#1976d2);
color:var(--jp-ui-inverse-font-color1,#fff)}}
.shnor-explore .shnor-side{{border-right:1px solid var(--jp-border-color2,#e1e6eb);
padding-right:14px}}
.shnor-explore .shnor-main{{padding-left:14px}}
.shnor-explore .shnor-side .widget-html{{margin-top:.6em}}
.shnor-explore .shnor-side .widget-hbox .widget-html{{margin-top:0}}
</style>"""


def chart_output(chart: Chart) -> tuple[dict[str, Any], ...]:
    """A chart as the contents of an Output widget.

    Its ground is white in a dark notebook too: a figure there cannot know the theme.
    """
    bundle = dict(chart._repr_mimebundle_())
    # JupyterLab takes the richest form it knows; the page's HTML needs the site's script.
    bundle.pop("text/html")
    figure = bundle["application/vnd.plotly.v1+json"]
    white = {"paper_bgcolor": "#FFFFFF", "plot_bgcolor": "#FFFFFF"}
    margin = {"l": 12, "r": 16, "t": 20, "b": 12, **figure["layout"].get("margin", {})}
    figure = {**figure, "layout": {**figure["layout"], **white, "margin": margin}}
    bundle["application/vnd.plotly.v1+json"] = figure
    return ({"output_type": "display_data", "data": bundle, "metadata": {}},)
