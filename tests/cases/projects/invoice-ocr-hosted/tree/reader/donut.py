import re

from PIL import Image
from transformers import DonutProcessor, VisionEncoderDecoderModel

NAME = "naver-clova-ix/donut-base-finetuned-cord-v2"

_parts = {}


def parts():
    if not _parts:
        _parts["processor"] = DonutProcessor.from_pretrained(NAME)
        _parts["model"] = VisionEncoderDecoderModel.from_pretrained(NAME)
    return _parts["processor"], _parts["model"]


def extract(fileobj):
    processor, model = parts()
    pixels = processor(Image.open(fileobj).convert("RGB"), return_tensors="pt").pixel_values
    prompt = processor.tokenizer("<s_cord-v2>", add_special_tokens=False, return_tensors="pt").input_ids
    out = model.generate(pixels, decoder_input_ids=prompt, max_length=512, use_cache=True)
    text = processor.batch_decode(out)[0].replace(processor.tokenizer.eos_token, "")
    return processor.token2json(re.sub(r"<.*?>", "", text, count=1))
