document.getElementById("c").addEventListener("mouseup", () => { /* senden */ });
