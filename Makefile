# make help lists the targets. On Windows use the python -m lines of the README.
PYTHON ?= python3
EDITIONS ?= parameters/lang_son.yml parameters/demo.yml
SYNTHETIC := $(shell grep -ls "^simulation:" $(EDITIONS))
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help simulate review check test test-spark bench study test-browser browser-tools lab clean

help:  ## liệt kê các lệnh / list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Cần Python 3.11 trở lên (make PYTHON=python3.12 ...) / Python 3.11 or newer is needed."; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

simulate: $(READY)  ## tạo số liệu của các ấn bản mô phỏng / make the data of synthetic editions
	@for edition in $(SYNTHETIC); do $(BIN)/mne simulate $$edition || exit $$?; done

review: simulate  ## làm báo cáo vào outputs/ / make the reports into outputs/
	$(BIN)/mne review $(EDITIONS)

check: simulate  ## kiểm tra ấn bản, số liệu, sổ ghi / check editions, data and registers
	@for edition in $(EDITIONS); do $(BIN)/mne check $$edition || exit $$?; done

test: $(READY)  ## chạy mọi kiểm thử không cần trình duyệt / all tests that need no browser
	$(BIN)/python -m pytest

test-spark: $(READY)  ## các chỉ tiêu trên Spark (cần Java) / the indicators on Spark (needs Java)
	@command -v java >/dev/null || { echo "Không có Java nên không chạy Spark / no Java, so Spark is not tested."; exit 0; }; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock && \
	$(BIN)/python -m pytest -n0 tests/test_spark.py

bench: $(READY)  ## đo tốc độ so với cách làm khác / speed beside other ways of doing it
	$(BIN)/python tests/bench_intake.py
	$(BIN)/python tests/bench_indicators.py
	$(BIN)/python tests/bench_survey.py
	$(PYTHON) -m venv .venv/peers
	.venv/peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements-peers.lock
	.venv/peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	.venv/peers/bin/python tests/bench_impact.py
	.venv/peers/bin/python tests/bench_cards.py

study: $(READY)  ## khảo sát dài (mô phỏng): dự báo, suy luận ít cụm, tỉnh trình diễn / long simulations: forecast, few clusters, demo
	$(BIN)/python tests/study_forecast.py --date "$$(date +%F)"
	$(BIN)/python tests/study_few_clusters.py --date "$$(date +%F)" --draws 2000 --jobs 2
	$(BIN)/python tests/study_duplicates.py --date "$$(date +%F)"
	$(BIN)/python tests/study_demo_province.py --date "$$(date +%F)" --jobs 2

browser-tools:  ## cài chromium và axe-core (Debian, npm) / install chromium and axe-core
	bash tests/browser_tools.sh

test-browser: $(READY)  ## axe, điện thoại, bản in, ảnh chụp / axe, phone, print, screenshots
	@test -f outputs/lang_son/review_vi.html -a -f outputs/demo/review_vi.html || $(MAKE) review
	@for edition in lang_son demo; do $(BIN)/python -m tests.browser outputs/$$edition --screenshots outputs/screenshots/$$edition || exit $$?; done

lab: $(READY)  ## mở JupyterLab / open JupyterLab
	$(BIN)/jupyter lab notebooks

clean:  ## xoá kết quả (giữ môi trường) / delete what was made (keeps the environment)
	rm -rf outputs/*
