import re

from nltk.corpus import stopwords
from nltk.stem import WordNetLemmatizer

lemmatizer = WordNetLemmatizer()


def clean(text):
    stop = set(stopwords.words('english'))
    words = re.sub(r'[^a-z ]', ' ', text.lower()).split()
    return ' '.join(lemmatizer.lemmatize(w) for w in words if w not in stop)
