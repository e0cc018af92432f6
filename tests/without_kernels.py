"""The command ``mne`` with every notebook run in this process: the same bytes, without the start of a kernel for each chapter.

For tests that make a whole report for a second time: ``python tests/without_kernels.py review parameters/lang_son.yml --jobs 1``.
"""

import nbformat
import papermill
from ipykernel.ipkernel import IPythonKernel
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from mne.cli import main


def execute(source: str, target: str, *, parameters: dict, **_) -> None:
    """What papermill writes of a notebook whose cells show one value each; a cell that fails ends the process."""
    notebook, shell = parameterize_notebook(load_notebook_node(source), parameters), InteractiveShell()
    notebook.metadata.language_info = dict(IPythonKernel.language_info)
    for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
        with capture_output():
            done = shell.run_cell(cell.source)
        done.raise_error()
        cell.execution_count = count
        if done.result is not None:
            data, metadata = shell.display_formatter.format(done.result)
            cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=count, metadata=metadata)]
    nbformat.write(notebook, target)


if __name__ == "__main__":
    papermill.execute_notebook = execute
    main()
