console.log("loans")
