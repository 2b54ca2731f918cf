//! What the API takes and answers, one file per noun; the browser and the server share these types.
