document.querySelector("input[type=file]").setAttribute("capture", "environment");
