FROM python:3.12-slim
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY . /app
RUN uv pip install --system --no-cache -c constraints.txt '.[all]' \
    && useradd --create-home thoracite && mkdir /data && chown thoracite /data
USER thoracite
ENTRYPOINT ["thoracite"]
CMD ["serve"]
