"""Write the weights of Silero's voice detector for services/voice/speech/silero.ts (run by hand; needs PyPI's onnx).

    python export_vad.py silero_vad_v6.onnx ../services/voice/speech/silero.weights

The model (MIT, Silero Team) is the file inside faster-whisper 1.2.1. Its STFT basis is not stored: it is a Hann window
times sines. Layout: half-precision floats, little-endian, in the order of NAMES; the two bias vectors of the LSTM are
added up.
"""

import sys

import numpy
import onnx
from onnx import numpy_helper

NAMES = [f"encoder.conv_layers.{layer}.{part}" for layer in range(4) for part in ("weight", "bias")]


def main(source, target):
    found = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(source).graph.initializer}
    lstm = [found[name] for name in next(node.input[1:4] for node in onnx.load(source).graph.node if node.op_type == "LSTM")]
    bias = lstm[2].reshape(2, 512).sum(0)
    parts = [found[name] for name in NAMES] + [lstm[0], lstm[1], bias]
    parts += [found["decoder.conv1d.weight"], found["decoder.conv1d.bias"]]
    time = numpy.arange(256)
    phase = 2 * numpy.pi * numpy.outer(numpy.arange(129), time) / 256
    window = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * time / 256)
    basis = numpy.concatenate([numpy.cos(phase), -numpy.sin(phase)]) * window
    stored = found["encoder.feature_extractor.forward_basis_buffer"][:, 0]
    assert numpy.abs(basis - stored).max() < 1e-5, numpy.abs(basis - stored).max()
    flat = numpy.concatenate([part.ravel() for part in parts])
    flat.astype("<f2").tofile(target)
    print(len(flat), "weights, largest", numpy.abs(flat).max())


if __name__ == "__main__":
    main(*sys.argv[1:])
