# The program on a Debian without Swift:
#   docker build --tag tilebound .
#   docker run --rm --volume "$PWD:/work" tilebound optimize alexnet --capacity 64KiB

FROM swift:6.2-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make
WORKDIR /source
COPY . .
RUN make install DESTDIR=/installed PREFIX=/usr/local

FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends libopenblas0 zlib1g gnuplot-nox && rm -rf /var/lib/apt/lists/*
COPY --from=build /installed /
WORKDIR /work
ENTRYPOINT ["tilebound"]
