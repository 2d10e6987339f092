"""An invoice in a PDF becomes an object: the API holds the answer to its schema."""

import base64

from langchain_core.messages import HumanMessage
from pydantic import BaseModel

from interactions_emulator import Emulator
from interactions_langgraph import ChatInteractions


class Invoice(BaseModel):
    """What the books need of an invoice."""

    number: str
    total: float
    paid: bool


def pdf(text):
    """Write the smallest PDF that shows a line of text."""
    drawn = f"BT /F1 12 Tf 20 80 Td ({text}) Tj ET"
    font = "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Courier>>>>>>"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R{font}>>",
        f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream",
    ]
    body = "".join(f"{i} 0 obj{o}endobj\n" for i, o in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>\n%%EOF".encode()


def main():
    with Emulator() as server:
        # The emulator reads no PDFs: this is what it answers.
        read = '{"number": "7731", "total": 9.5, "paid": false}'
        server.script([{"reply": {"text": read}}])
        model = ChatInteractions(
            model="gemini-3.8-flash", base_url=server.url, api_key="any"
        )
        data = base64.b64encode(pdf("Invoice 7731: EUR 9.50, open")).decode()
        file = {"type": "file", "mime_type": "application/pdf", "base64": data}
        question = {"type": "text", "text": "Read this invoice."}

        invoice = model.with_structured_output(Invoice).invoke(
            [HumanMessage([file, question])]
        )
        sent = server.requests()[-1]["body"]
        print(invoice)

        assert invoice == Invoice(number="7731", total=9.5, paid=False)
        assert sent["input"][0]["content"][0]["type"] == "document"
        assert sent["response_format"]["schema"]["title"] == "Invoice"


if __name__ == "__main__":
    main()
